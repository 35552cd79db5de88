import { afterAll, expect, test } from 'vitest';
import { migrate } from '../../../database/core/migrate.ts';
import { connect } from '../../../database/core/orm.ts';
import { createAsset, updateAsset } from '../../../database/inventory/assets.ts';
import { createLicense, updateLicense } from '../../../database/inventory/licenses.ts';
import { peopleNamedExactly } from '../../../database/people/user-list.ts';
import { createUser, updateUser } from '../../../database/people/users.ts';
import { listDuplicates } from '../../../database/workspace/duplicates.ts';
import { emptyDatabase } from '../../../testing/servers/database.ts';
import { createFirstSchema } from '../../../testing/servers/first-schema.ts';
import { asOwner } from '../../../testing/servers/owner.ts';

const own = await emptyDatabase();
await createFirstSchema(own.ownerUrl);
await asOwner(
  own.ownerUrl,
  `insert into users (id, name, email, external_id) values
     (1, 'Rosa Klein', 'rosa@halden.example', 'E-1'), (2, 'Rosa Klein', 'ros\u0061\u0301@halden.example', 'e-1'),
     (3, 'Rosa Klein', 'rosá@halden.example', 'E-3')`,
  `insert into assets (id, tag, model) values (1, 'LT-1', 'Dock'), (2, 'lt-1', 'Dock'), (3, 'Lt-1', 'Dock')`,
  `insert into licenses (id, name, vendor, seats_total) values
     (1, 'Business', null, 1), (2, 'BUSINESS', '', 1), (3, 'business', 'Slack', 1), (4, 'Business', 'SLACK', 1)`,
  `select setval('licenses_id_seq', 100)`,
  `select setval('users_id_seq', 100), setval('assets_id_seq', 100)`,
);
await migrate(own.ownerUrl, own.url);
const database = await connect(own.url);
afterAll(() => database.close());
const { em } = database;
const pairs = async () =>
  (await listDuplicates(em)).rows.map(({ kind, firstId, id }) => `${kind} ${firstId} ${id}`);
const asset = (tag: string) => ({ tag, serial: null, model: 'Dock', location: null });

test('records that were different before are listed as pairs, and keep working', async () => {
  const licenses = ['license 1 2', 'license 3 4'];
  expect(await pairs()).toEqual(['email 2 3', 'externalId 1 2', ...licenses, 'tag 1 2', 'tag 1 3']);
  await updateLicense(em, 'system', 2, { seatsTotal: 5 });
  await updateLicense(em, 'system', 3, { vendor: 'Miro' });
  await updateLicense(em, 'system', 2, { name: 'Business Plus' });
  const again = createLicense(em, 'system', { name: 'Business', vendor: 'Slack', seatsTotal: 1 });
  await expect(again).rejects.toThrow('Another license has this name and vendor.');
  expect((await peopleNamedExactly(em, 'e-1')).map(({ id }) => id)).toEqual([2]);
  expect((await peopleNamedExactly(em, 'E-1')).map(({ id }) => id)).toEqual([1]);
  await updateUser(em, 'system', 2, { department: 'Finance' });
  await updateAsset(em, 'system', 3, { location: 'Berlin' });
  await expect(createAsset(em, 'system', asset('LT-1'))).rejects.toThrow('Another asset has this tag.');
});

test('a changed duplicate is protected by the index again', async () => {
  await expect(updateAsset(em, 'system', 3, { tag: 'LT-9' })).resolves.toBeUndefined();
  await expect(createAsset(em, 'system', asset('lt-9'))).rejects.toThrow('Another asset has this tag.');
  await updateUser(em, 'system', 3, { email: 'rosa.three@halden.example' });
  expect(await pairs()).toEqual(['externalId 1 2', 'tag 1 2']);
});

test('the remaining record is protected when the first one changes', async () => {
  await updateAsset(em, 'system', 1, { tag: 'LT-10' });
  expect(await pairs()).toEqual(['externalId 1 2']);
  await expect(createAsset(em, 'system', asset('LT-1'))).rejects.toThrow('Another asset has this tag.');
  await updateUser(em, 'system', 1, { externalId: null });
  expect(await pairs()).toEqual([]);
  await expect(
    createUser(em, 'system', { name: 'New', email: 'new@halden.example', externalId: 'E-1' }),
  ).rejects.toThrow();
});
