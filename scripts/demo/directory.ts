import { createToken } from '../../database/access/tokens.ts';
import type { EntityManager } from '../../database/core/orm.ts';
import { changeAccount, createAccount } from '../../database/directory/accounts.ts';
import { ApiToken, User } from '../../database/entities/index.ts';
import { type Actor, tokenActor, userActor } from '../../domain/actor.ts';
import { type AccountAttributes, AccountConflict, nothingStated } from '../../domain/directory/account.ts';
import { mailDomain } from './people.ts';

const token = 'Entra ID';
const directory: Actor = tokenActor(token);

/** Who has an account, by the part of the address before the @. */
const active = ['ingrid.solberg', 'hannah.fischer', 'olivia.bennett', 'marcus.weber'];
/** These leave anyway, so that the queue has the same people with and without a directory. */
const inactiveLeavers = ['dmitry.volkov', 'misaki.tanaka', 'tomasz.wisniewski'];

/**
 * Connects a directory to the demo: a few accounts, more deactivations than the limit allows, someone who may be two people,
 * and another email of someone with a role.
 */
export async function connectDirectory(em: EntityManager, now: Date): Promise<void> {
  const people = await em.fork().find(User, {}, { orderBy: { id: 'asc' } });
  const named = (address: string) => people.find(({ email }) => email === `${address}@${mailDomain}`)!;
  const [one, two, three, four] = people.filter(
    ({ role, endDate, managerId }) => role === 'employee' && !endDate && managerId,
  ) as [User, User, User, User];

  const admin = people.find(({ role }) => role === 'super-admin')!;
  await createToken(em, userActor(admin.id), { name: token, scopes: ['scim'] });
  await em.fork().nativeUpdate(ApiToken, { name: token }, { lastUsedAt: now });

  for (const address of active) await createAccount(em, directory, accountOf(named(address)));
  for (const person of [...inactiveLeavers.map(named), one, two]) {
    const { id } = await createAccount(em, directory, accountOf(person));
    await changeAccount(em, directory, id, (stated) => ({ ...stated, active: false }));
  }
  await createAccount(em, directory, { ...accountOf(three), employeeNumber: four.externalId! }).catch(asked);
  const { id } = await createAccount(em, directory, accountOf(named('samir.haddad')));
  await changeAccount(em, directory, id, (stated) => ({
    ...stated,
    emails: [work(`s.haddad@${mailDomain}`)],
  }));
}

const accountOf = ({ name, email, externalId, jobTitle, department }: User): AccountAttributes => ({
  ...nothingStated,
  userName: email!,
  externalId: `entra-${externalId}`,
  displayName: name,
  title: jobTitle ?? null,
  department: department ?? null,
  emails: [work(email!)],
  employeeNumber: externalId ?? null,
});

const work = (value: string) => ({ value, type: 'work', primary: true, display: null });

/** The account may be several people's, so an admin is asked. */
function asked(error: unknown): void {
  if (!(error instanceof AccountConflict)) throw error;
}
