import { sql } from 'kysely';
import {
  Asset,
  AuditEntry,
  type Import,
  License,
  Offboarding,
  Outbox,
  Seat,
  User,
} from '../../../database/entities/index.ts';
import { reportedLines } from '../../../database/imports/report.ts';
import { updateImportSettings } from '../../../database/imports/settings.ts';
import type { Database } from '../../../database/orm.ts';
import { sqlOf } from '../../../database/tables.ts';
import { makeCast } from '../../support/cast.ts';
import { importing } from '../../support/importing.ts';

/** A cast, whose admin Nora imports files, held by no brake. */
export async function noraImports(database: Database) {
  const cast = await makeCast(database);
  const actor = `user:${cast.nora.id}` as const;
  await setBrake(database, 1_000, 100);
  return { cast, actor, files: importing(database, actor) };
}
export type Setting = Awaited<ReturnType<typeof noraImports>>;

export const setBrake = ({ em }: Database, brakeCount: number, brakePercent: number) =>
  updateImportSettings(em, 'system', { dateFormat: 'YYYY-MM-DD', brakeCount, brakePercent });

let people = 0;
/** An external id that nobody has. */
export const newId = () => `new-${++people}`;
export const mailOf = (externalId: string) => `${externalId}@x.example`;
export const personWith = ({ em }: Database, externalId: string) =>
  em.fork().findOneOrFail(User, { externalId });

/** What was done about a person, each with who did it. */
export const trailOf = async ({ em }: Database, userId: number) =>
  (await em.fork().find(AuditEntry, { userId }, { orderBy: { id: 'asc' } })).map(
    ({ actor, action }) => `${actor} ${action}`,
  );

/** The lines with errors: the number of each, and what is wrong with it. */
export const problemsOf = async ({ em }: Database, found: Import) =>
  (await reportedLines(em, found, 'errors', 1)).rows.map(({ line, problems }) => [
    line,
    ...problems.map(({ field, message }) => `${field}: ${message}`),
  ]);

/** Counts of everything an import could write. */
export async function factsOf({ em }: Database) {
  const fork = em.fork();
  const counts = await Promise.all(
    [User, Asset, License, Seat, Offboarding, Outbox].map((table) => fork.count(table as typeof User)),
  );
  const revisions = await sql<{ sum: number }>`select sum(revision) as sum from users`.execute(sqlOf(em));
  return { counts, revisions: revisions.rows[0]!.sum, entries: await fork.count(AuditEntry) };
}
