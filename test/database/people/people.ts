import { expect } from 'vitest';
import type { Database } from '../../../database/core/orm.ts';
import { AuditEntry, Offboarding } from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { createUser, type NewUser, updateUser } from '../../../database/people/users.ts';
import type { AuditAction } from '../../../domain/audit.ts';

export const hr = 'token:hr';

let people = 0;
/** Adds a person with these fields. */
export function someone({ em }: Database, fields: Partial<NewUser> = {}): Promise<number> {
  const number = ++people;
  return createUser(em, hr, { name: `Person ${number}`, email: `person${number}@x.example`, ...fields });
}

export const offboardingsOf = ({ em }: Database, userId: number) =>
  em.fork().find(Offboarding, { userId }, { orderBy: { id: 'asc' } });

/** The details of a person's audit entries with one action. */
export const detailsOf = async ({ em }: Database, userId: number, action: AuditAction) =>
  (await em.fork().find(AuditEntry, { userId, action }, { orderBy: { id: 'asc' } })).map(
    ({ details }) => details,
  );

/** Completes a person without open items. */
export async function leave(database: Database, userId: number): Promise<void> {
  const { em } = database;
  await updateUser(em, hr, userId, { endDate: '2026-01-31' });
  const [offboarding] = await offboardingsOf(database, userId);
  expect(await completeOffboarding(em, offboarding!.id, hr)).toMatchObject({ outcome: 'completed' });
}
