import { sql } from 'kysely';

/** Counting ends here, because every page of a super-admin shows the number. */
const most = 100;

/** SQL: how many deactivations and questions of the directory wait for a super-admin, at most 100 of each. */
export const decisionCount = sql<number>`(
  (select count(*) from (
    select from held_deactivations h join users p on p.id = h.user_id
    where p.offboarding_completed_at is null limit ${sql.lit(most)}) held)
  + (select count(*) from (
    select from directory_questions where decided_at is null limit ${sql.lit(most)}) asked))`;
