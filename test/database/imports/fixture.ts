import { sql } from 'kysely';
import { test as base } from 'vitest';
import type { Database } from '../../../database/core/orm.ts';
import { sqlOf } from '../../../database/core/tables.ts';
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
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

/** A database for the tests of a file. Each test has its own cast; Nora, an admin, imports files without a limit. */
export async function importTests() {
  const own = await ownDatabase();
  const test = base
    .extend('cast', () => makeCast(own.database))
    .extend('actor', ({ cast }) => `user:${cast.nora.id}` as const)
    .extend('files', async ({ actor }) => {
      await setMassChangeLimit(own.database, 1_000, 100);
      return importing(own.database, actor);
    });
  return { ...own, em: own.database.em, test };
}

export const setMassChangeLimit = ({ em }: Database, brakeCount: number, brakePercent: number) =>
  updateImportSettings(em, 'system', { dateFormat: 'YYYY-MM-DD', brakeCount, brakePercent });

let people = 0;
/** A new external id. */
export const newId = () => `new-${++people}`;
export const mailOf = (externalId: string) => `${externalId}@x.example`;
export const personWith = ({ em }: Database, externalId: string) =>
  em.fork().findOneOrFail(User, { externalId });

/** A file that moves two people to other departments. */
export const fileOfTwo = ({ emil, timo }: Cast) =>
  csvOf(['email', 'department'], [emil.email, newId()], [timo.email, newId()]);

/** A person's audit entries as `actor action`, oldest first. */
export const trailOf = async ({ em }: Database, userId: number) =>
  (await em.fork().find(AuditEntry, { userId }, { orderBy: { id: 'asc' } })).map(
    ({ actor, action }) => `${actor} ${action}`,
  );

/** The lines with errors, each as its number and its problems. */
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
