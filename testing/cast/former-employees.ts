import { sql } from 'kysely';
import type { Database } from '../../database/core/orm.ts';
import { sqlOf } from '../../database/core/tables.ts';
import { Offboarding } from '../../database/entities/index.ts';
import { completeOffboarding } from '../../database/offboarding/completion.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { createUser, type NewUser } from '../../database/people/users.ts';
import type { Actor } from '../../domain/actor.ts';

/** Completes the offboarding of a person with nothing open. */
export async function complete({ em }: Database, userId: number, actor: Actor = 'system'): Promise<void> {
  await setEndDate(em, actor, userId, '2026-01-31');
  const { id } = await em.fork().findOneOrFail(Offboarding, { userId, state: 'open' });
  const { outcome } = await completeOffboarding(em, id, actor);
  if (outcome !== 'completed') throw new Error(`The completion was ${outcome}.`);
}

/** Closes pending deliveries and mails, as the worker does. */
export async function closeSent({ em }: Database): Promise<void> {
  const db = sqlOf(em.fork());
  await sql`update webhook_deliveries set state = 'delivered', closed_at = now() where state = 'pending'`.execute(
    db,
  );
  await sql`update mails set state = 'sent', closed_at = now() where state = 'pending'`.execute(db);
}

let made = 0;

/** Adds a person whose offboarding is completed, with nothing left to send. */
export async function makeFormerEmployee(
  database: Database,
  fields: Partial<NewUser & { email: string }> = {},
): Promise<{ id: number; name: string; email: string; externalId: string }> {
  const number = ++made;
  const person = {
    name: `Former Person ${number}`,
    email: `former.person.${number}@halden.example`,
    externalId: `GONE-${number}`,
    jobTitle: 'Accountant',
    department: 'Finance',
    ...fields,
  };
  const id = await createUser(database.em, 'token:hr', person);
  await complete(database, id);
  await closeSent(database);
  return { ...person, id, externalId: person.externalId ?? '' };
}
