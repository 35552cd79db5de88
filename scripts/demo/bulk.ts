import { sql } from 'kysely';
import type { Database, EntityManager } from '../../database/core/orm.ts';
import { sqlOf } from '../../database/core/tables.ts';
import { workspaceOf } from '../../database/core/workspace.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { systemActor } from '../../domain/actor.ts';
import { addDays, type CalendarDate, todayIn } from '../../domain/dates.ts';
import { makeCompany, type ProgressListener, type Size, writeCompany } from './company.ts';
import { reserveIds } from './insert.ts';
import { mailDomain, makePeople, type Person } from './people.ts';
import { intBetween, seed } from './random.ts';

/** The number of people to add, and how many of them have a last day. */
export interface Bulk {
  users: number;
  leavers: number;
}

/** Concurrent changes of a last day, below the size of the connection pool. */
const concurrentChanges = 8;

/**
 * Adds made-up people to a database, which need not be empty. Each has as much hardware, software and requests as in
 * the demo. Last days are from a month ago to half a year ahead, set by the same function that HR's changes use.
 */
export async function addBulk(database: Database, bulk: Bulk, progress: ProgressListener): Promise<void> {
  const em = database.em.fork();
  const now = new Date();
  const today = todayIn((await workspaceOf(em)).timeZone, now);
  const ids = await reserveIds(em, 'users', bulk.users);
  seed(ids[0]!);
  const people = makePeople(ids, today, await addressesInUse(em));
  const company = await makeCompany(em, people, sizeFor(bulk.users), { now, actor: systemActor });
  await writeCompany(em, company, progress);
  progress.begin('last days', bulk.leavers);
  await setLastDays(database.em, chosen(people, bulk.leavers), today, () => progress.add(1));
}

const sizeFor = (users: number): Size => ({
  devices: Math.round(users * 1.6),
  handedOut: Math.round(users * 1.25),
  seats: users * 3,
  requests: Math.round(users * 0.2),
  open: Math.round(users * 0.1),
});

async function addressesInUse(em: EntityManager): Promise<Set<string>> {
  const { rows } = await sql<{ local: string }>`
    select split_part(lower(email), '@', 1) as local from users
    where lower(email) like ${`%@${mailDomain}`}`.execute(sqlOf(em));
  return new Set(rows.map((row) => row.local));
}

/** Picks people at even distances, so that the leavers come from all departments and ranks. */
const chosen = (people: readonly Person[], count: number): Person[] =>
  Array.from({ length: count }, (_, index) => people[Math.floor(((index + 1) * people.length) / count) - 1]!);

async function setLastDays(
  em: EntityManager,
  leavers: readonly Person[],
  today: CalendarDate,
  done: () => void,
): Promise<void> {
  const waiting = leavers.map(({ id }) => ({
    id,
    endDate: addDays(today, intBetween(-30, 180)),
  }));
  const worker = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      await setEndDate(em, systemActor, next.id, next.endDate);
      done();
    }
  };
  await Promise.all(Array.from({ length: concurrentChanges }, worker));
}
