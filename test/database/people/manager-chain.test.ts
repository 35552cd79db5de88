import { describe, expect, test } from 'vitest';
import { inTransaction } from '../../../database/core/transaction.ts';
import { reportingLoops } from '../../../database/people/reporting-loops.ts';
import { patchUser } from '../../../database/people/upsert-user.ts';
import { updateUser, userById } from '../../../database/people/users.ts';
import { InvalidInput } from '../../../domain/failures.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { detailsOf, hr, someone } from './people.ts';

const { database, ownerUrl } = await ownDatabase();
const { em } = database;

/** Adds people with external ids; `chain` names who reports to whom at first. */
async function team(size: number, chain: [person: number, manager: number][] = []) {
  const ids: number[] = [];
  for (let place = 0; place < size; place++) ids.push(await someone(database));
  for (const id of ids) await updateUser(em, hr, id, { externalId: `T-${id}` });
  for (const [person, manager] of chain) await updateUser(em, hr, ids[person]!, { managerId: ids[manager]! });
  return ids;
}
const patch = (id: number, managerId: number) =>
  inTransaction(em, (transaction) =>
    patchUser(transaction, hr, `T-${id}`, { managerExternalId: `T-${managerId}` }),
  );
const managerOf = async (id: number) => (await userById(em, id)).managerId ?? null;

describe('a change of manager (E15)', () => {
  test('to a report, directly or indirectly, is refused with both names', async () => {
    const [boss, lead, report] = await team(3, [
      [1, 0],
      [2, 1],
    ]);
    for (const managerId of [lead!, report!]) {
      const refused = updateUser(em, hr, boss!, { managerId });
      await expect(refused).rejects.toBeInstanceOf(InvalidInput);
      await expect(refused).rejects.toMatchObject({
        fields: { managerId: expect.stringMatching(/^Person \d+ reports to Person \d+/) },
      });
    }
    expect(await managerOf(boss!)).toBeNull();
  });

  test('makes no loop however two correct calls meet', async () => {
    for (let round = 0; round < 25; round++) {
      // Each call looks at one half of the loop, and they lock different people.
      const [a, b, c, d] = (await team(4, [
        [1, 2],
        [3, 0],
      ])) as [number, number, number, number];
      await Promise.all([patch(a, b), patch(c, d)]);
      const made = [await managerOf(a), await managerOf(c)];
      expect(made.filter((manager) => manager !== null)).toHaveLength(1);
    }
    expect(await reportingLoops(em)).toEqual([]);
  });

  test('to the present manager waits for no other call', async () => {
    const [person, manager] = await team(2, [[0, 1]]);
    await em.fork().transactional(async (holder) => {
      await holder.execute("select pg_advisory_xact_lock(hashtext('managers'), 0)");
      expect((await patch(person!, manager!)).warnings).toEqual([]);
    });
    expect(await detailsOf(database, person!, 'user.manager_changed')).toHaveLength(1);
  });
});

describe('stored loops', () => {
  test('are listed once each, in the order of their chain, and stay as they are', async () => {
    const [a, b, c, d] = (await team(4, [[2, 0]])) as [number, number, number, number];
    await asOwner(
      ownerUrl,
      `update users set manager_id = ${b} where id = ${a}`,
      `update users set manager_id = ${a} where id = ${b}`,
    );
    const ofAB = (await reportingLoops(em)).filter((loop) => loop.some(({ id }) => id === a));
    expect(ofAB).toMatchObject([[{ id: a, externalId: `T-${a}` }, { id: b }]]);
    expect((await patch(a, b)).warnings).toEqual([]);
    await updateUser(em, hr, d, { managerId: c });
    expect([await managerOf(a), await managerOf(b), await managerOf(d)]).toEqual([b, a, c]);
    await updateUser(em, hr, a, { managerId: null });
    expect(await reportingLoops(em)).toEqual([]);
  });
});
