import { expect, test } from 'vitest';
import { inTransaction } from '../../../database/core/transaction.ts';
import { Offboarding, User } from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { readApiUser } from '../../../database/people/api-users.ts';
import {
  type DesiredUser,
  type NewDesiredUser,
  type Preconditions,
  patchUser,
  putUser,
} from '../../../database/people/upsert-user.ts';
import { NotFound } from '../../../domain/failures.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const hr = 'token:hr';

const put = (externalId: string, desired: NewDesiredUser, terms?: Preconditions) =>
  inTransaction(em, (transaction) => putUser(transaction, hr, externalId, desired, terms));
const patch = (externalId: string, desired: DesiredUser, terms?: Preconditions) =>
  inTransaction(em, (transaction) => patchUser(transaction, hr, externalId, desired, terms));

let people = 0;
async function someone(fields = {}) {
  const externalId = `E-${++people}`;
  const desired = { name: `Person ${people}`, email: `${externalId}@x.example`, ...fields };
  await put(externalId, desired);
  return externalId;
}
const shown = async (externalId: string) => (await readApiUser(em.fork(), externalId))!;

async function leave(externalId: string) {
  await patch(externalId, { endDate: '2026-01-31' });
  const { id } = await em.fork().findOneOrFail(Offboarding, { userId: (await shown(externalId)).id });
  expect(await completeOffboarding(em, id, hr)).toMatchObject({ outcome: 'completed' });
}

test('PUT adds a person once, and replaces them after that', async () => {
  const desired = {
    name: 'Ines Álvarez',
    email: 'ines@x.example',
    department: 'Sales',
    endDate: '2099-01-01',
  };
  expect(await put('ines', desired)).toMatchObject({ created: true, warnings: [], ignored: [] });
  expect(await put('ines', desired)).toMatchObject({ created: false, warnings: [], ignored: [] });
  expect(await shown('ines')).toEqual({
    id: expect.any(Number),
    externalId: 'ines',
    name: 'Ines Álvarez',
    email: 'ines@x.example',
    department: 'Sales',
    jobTitle: null,
    managerExternalId: null,
    startDate: null,
    endDate: '2099-01-01',
    timeZone: null,
    status: 'active',
    revision: expect.any(Number),
  });
});

test('PUT clears the fields that it does not name, but keeps the end date and the status (R10)', async () => {
  const manager = await someone();
  const id = await someone({
    managerExternalId: manager,
    department: 'Sales',
    jobTitle: 'Rep',
    startDate: '2020-01-01',
    endDate: '2099-01-01',
    timeZone: 'UTC',
    status: 'suspended',
  });
  await put(id, { name: 'Left', email: `${id}@x.example` });
  expect(await shown(id)).toMatchObject({
    department: null,
    jobTitle: null,
    managerExternalId: null,
    startDate: null,
    endDate: '2099-01-01',
    timeZone: null,
    status: 'suspended',
  });
});

test('only null cancels an offboarding, in PUT as in PATCH (R10)', async () => {
  const id = await someone({ endDate: '2099-01-01' });
  const named = { name: 'Stays', email: `${id}@x.example` };
  const { id: userId } = await shown(id);
  const states = async () => (await em.fork().find(Offboarding, { userId })).map(({ state }) => state);
  await put(id, named);
  expect(await states()).toEqual(['open']);
  await put(id, { ...named, endDate: null });
  expect(await states()).toEqual(['cancelled']);
});

test('two concurrent equal PUTs add one person', async () => {
  const desired = { name: 'Twice', email: 'twice@x.example' };
  const applied = await Promise.all([1, 2, 3].map(() => put('twice', desired)));
  expect(applied.filter(({ created }) => created)).toHaveLength(1);
  expect(await em.fork().count(User, { externalId: 'twice' })).toBe(1);
});

test('PATCH changes only the fields that it names', async () => {
  const id = await someone({ department: 'Sales', endDate: '2099-01-01' });
  await patch(id, { jobTitle: 'Lead' });
  expect(await shown(id)).toMatchObject({ department: 'Sales', jobTitle: 'Lead', endDate: '2099-01-01' });
});

test('PATCH of an unknown person is refused', async () => {
  await expect(patch('nobody', {})).rejects.toBeInstanceOf(NotFound);
});

test('a manager who is unknown, oneself, or one of the reports is a warning, and the rest is stored (R8)', async () => {
  const [manager, report] = [await someone(), await someone()];
  const id = await someone({ managerExternalId: manager });
  await patch(report, { managerExternalId: id });
  for (const managerExternalId of ['nobody', id, report]) {
    const { warnings } = await patch(id, { managerExternalId, endDate: '2099-12-10' });
    const message = expect.stringContaining('their manager stays the same');
    expect(warnings).toEqual([{ field: 'managerExternalId', message }]);
    expect(await shown(id)).toMatchObject({ managerExternalId: manager, endDate: '2099-12-10' });
    await patch(id, { endDate: null });
  }
  const added = await put('alone', { name: 'N', email: 'alone@x.example', managerExternalId: 'alone' });
  const message = "A person can't be their own manager, so no manager was stored.";
  expect(added).toMatchObject({ created: true, warnings: [{ message }], user: { managerExternalId: null } });
});

test('an offboarded manager is stored as null, with a warning', async () => {
  const gone = await someone();
  await leave(gone);
  const warned = [{ field: 'managerExternalId', message: expect.stringContaining('offboarded') }];

  const id = await someone();
  expect(await patch(id, { managerExternalId: gone })).toMatchObject({
    created: false,
    warnings: warned,
  });
  expect(await put('new', { name: 'N', email: 'n@x.example', managerExternalId: gone })).toMatchObject({
    created: true,
    warnings: warned,
  });
  expect((await shown(id)).managerExternalId).toBeNull();
});

test('a manager who is completed concurrently is stored as null, or cleared', async () => {
  for (let round = 0; round < 10; round++) {
    const manager = await someone({ endDate: '2026-01-31' });
    const id = await someone();
    const { id: offboardingId } = await em
      .fork()
      .findOneOrFail(Offboarding, { userId: (await shown(manager)).id });
    await Promise.all([
      completeOffboarding(em, offboardingId, hr),
      patch(id, { managerExternalId: manager }),
    ]);
    expect((await shown(id)).managerExternalId).toBeNull();
  }
});

test("after completion a nightly sync of equal values succeeds, and another date, status or manager doesn't", async () => {
  const manager = await someone();
  const id = await someone();
  await leave(id);
  const named = { name: 'Still Known', email: `${id}@x.example` };

  await put(id, named);
  await put(id, {
    ...named,
    endDate: '2026-01-31',
    status: 'offboarded',
    managerExternalId: null,
  });
  expect(await shown(id)).toMatchObject({ name: 'Still Known', endDate: '2026-01-31', status: 'offboarded' });

  const refused = { code: 'already-offboarded' };
  await expect(put(id, { ...named, endDate: '2026-02-01' })).rejects.toMatchObject(refused);
  await expect(put(id, { ...named, endDate: null })).rejects.toMatchObject(refused);
  await expect(patch(id, { status: 'active' })).rejects.toMatchObject(refused);
  await expect(patch(id, { managerExternalId: manager })).rejects.toMatchObject(refused);
});
