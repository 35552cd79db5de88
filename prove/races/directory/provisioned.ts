import type { Database } from '../../../database/core/orm.ts';
import { createUser } from '../../../database/people/users.ts';
import { scimAt } from '../../../testing/web/scim/client.ts';
import type { Fixture } from '../fixture.ts';

/** A person of a race, as the directory knows them. */
export interface ProvisionedPerson {
  userId: number;
  accountId: string;
  externalId: string;
  userName: string;
}

/** A race's company with a directory account for everybody, and a second record of two of them, to be merged. */
export interface ProvisionedCompany extends Fixture {
  provisioned: ProvisionedPerson[];
  duplicates: { goneId: number; keptId: number }[];
}

/** Adds the second records and the accounts, each matched by the address. */
export async function provisionCompany(
  { em }: Database,
  address: string,
  token: string,
  company: Fixture,
): Promise<ProvisionedCompany> {
  const name = `d${company.people[0]}`;
  const duplicates = [];
  for (const keptId of company.people.slice(2, 4)) {
    const email = `again-${keptId}@${name}.example`;
    duplicates.push({ goneId: await createUser(em, 'system', { name: `Again ${keptId}`, email }), keptId });
  }
  const everybody = [...company.people, ...duplicates.map(({ goneId }) => goneId)];
  const people = await em.execute<{ id: number; email: string }[]>(
    'select id, email from users where id = any(?::int[]) order by id',
    [`{${everybody.join()}}`],
  );
  const call = scimAt(address, token);
  const provisioned: ProvisionedPerson[] = [];
  for (const { id, email } of people) {
    const [externalId, userName] = [`${name}-${id}`, `u${id}@${name}.example`];
    const { status, json } = await call('POST', '/Users', {
      userName,
      externalId,
      emails: [{ value: email, type: 'work', primary: true }],
    });
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(json)}`);
    provisioned.push({ userId: id, accountId: json.id, externalId, userName });
  }
  return { ...company, provisioned, duplicates };
}
