import { beforeEach, describe, expect, test } from 'vitest';
import { Offboarding } from '../../../database/entities/index.ts';
import { assetById, updateAsset } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { licenseById, updateLicense } from '../../../database/inventory/licenses.ts';
import { updateUser, userById } from '../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { fieldsOf } from '../../../testing/web/form.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Cast;
let nora: Browserlike;
beforeEach(async () => {
  cast = await makeCast(own.database);
  nora = await web.signIn(cast.nora.email);
});

/** Loads an edit form and returns a function that saves it. */
async function formOf(address: string) {
  const fields = fieldsOf((await nora.get(`${address}/edit`)).text, address);
  return (edits: Record<string, string>) => nora.post(address, { ...fields, ...edits });
}

describe('a stale end date form', () => {
  const formAt = async (page: string) => {
    const address = `${page}/end-date`;
    const fields = fieldsOf((await nora.get(page)).text, address);
    return (endDate: string) => nora.post(address, { ...fields, endDate });
  };

  test('is refused, shows the current value, and is saved when sent again', async () => {
    const { id } = cast.emil;
    const page = `/users/${id}`;
    const save = await formAt(page);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31' });

    const refused = await save('2099-02-28');
    expect(refused.status).toBe(409);
    expect(messagesOn(refused.text)).toContain('Someone else changed this.');
    expect(messageBeside(refused.text, 'endDate')).toBe('Now: 31 Jan 2099');
    const again = fieldsOf(refused.text, `${page}/end-date`);
    expect(again.endDate).toBe('2099-02-28');
    expect(await userById(em, id)).toMatchObject({ endDate: '2099-01-31' });

    expect((await nora.post(`${page}/end-date`, again)).status).toBe(303);
    expect(await userById(em, id)).toMatchObject({ endDate: '2099-02-28' });
  });

  test('does not clear a date when it was empty before', async () => {
    const { id } = cast.emil;
    const save = await formAt(`/users/${id}`);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31' });
    const refused = await save('');
    expect(refused.status).toBe(409);
    expect(fieldsOf(refused.text, `/users/${id}/end-date`).endDate).toBe('2099-01-31');
    expect(await em.fork().findOne(Offboarding, { userId: id })).toMatchObject({ state: 'open' });
  });

  test('is saved when both values are the same', async () => {
    const { id } = cast.emil;
    const save = await formAt(`/users/${id}`);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31' });
    expect((await save('2099-01-31')).status).toBe(303);
  });

  test('is saved without a check when a script sends no loaded values', async () => {
    const { id } = cast.emil;
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31' });
    expect((await nora.post(`/users/${id}/end-date`, { endDate: '2099-02-28' })).status).toBe(303);
    expect(await userById(em, id)).toMatchObject({ endDate: '2099-02-28' });
  });
});

describe('a stale form of a user', () => {
  test('saves the edited fields and keeps end date, status and manager', async () => {
    const { id } = cast.emil;
    const save = await formOf(`/users/${id}`);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31', managerId: cast.ada.id });
    await updateUser(em, 'token:hr', id, { status: 'suspended' });

    expect((await save({ jobTitle: 'Designer' })).status).toBe(303);
    expect(await userById(em, id)).toMatchObject({
      jobTitle: 'Designer',
      endDate: '2099-01-31',
      managerId: cast.ada.id,
      status: 'suspended',
    });
    expect(await em.fork().findOne(Offboarding, { userId: id })).toMatchObject({ state: 'open' });
  });

  test('keeps the manager when their email has changed', async () => {
    const { id } = cast.emil;
    const save = await formOf(`/users/${id}`);
    await updateUser(em, 'token:hr', cast.mira.id, { email: `mira${id}@new.example` });
    expect((await save({ jobTitle: 'Designer' })).status).toBe(303);
    expect(await userById(em, id)).toMatchObject({ managerId: cast.mira.id });
  });

  test('is refused when both changed a field, and is saved when sent again', async () => {
    const { id } = cast.emil;
    const address = `/users/${id}`;
    const save = await formOf(address);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31', department: 'Sales' });

    const refused = await save({ endDate: '2099-02-28', jobTitle: 'Designer' });
    expect(refused.status).toBe(409);
    expect(messagesOn(refused.text)).toMatch(/^danger: Someone else changed this/);
    expect(messageBeside(refused.text, 'endDate')).toBe('Now: 31 Jan 2099');
    expect(await userById(em, id)).toMatchObject({ endDate: '2099-01-31', jobTitle: null });

    const again = fieldsOf(refused.text, address);
    expect(again).toMatchObject({ endDate: '2099-02-28', jobTitle: 'Designer', department: 'Sales' });
    expect((await nora.post(address, again)).status).toBe(303);
    expect(await userById(em, id)).toMatchObject({ endDate: '2099-02-28', department: 'Sales' });
  });

  test('is refused when both chose a manager, and names the new one', async () => {
    const { id } = cast.emil;
    const save = await formOf(`/users/${id}`);
    await updateUser(em, 'token:hr', id, { managerId: cast.ada.id });
    const refused = await save({ manager: cast.ivo.email });
    expect(refused.status).toBe(409);
    expect(messageBeside(refused.text, 'manager')).toContain(cast.ada.name);
    expect(await userById(em, id)).toMatchObject({ managerId: cast.ada.id });
  });

  test('is saved when both wrote the same value', async () => {
    const { id } = cast.emil;
    const save = await formOf(`/users/${id}`);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31' });
    expect((await save({ endDate: '2099-01-31' })).status).toBe(303);
  });

  test('stays stale when it comes back for another reason', async () => {
    const { id } = cast.emil;
    const address = `/users/${id}`;
    const save = await formOf(address);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31' });
    const refused = await save({ name: '' });
    expect(refused.status).toBe(422);
    const again = { ...fieldsOf(refused.text, address), name: 'Emil' };
    expect((await nora.post(address, again)).status).toBe(303);
    expect(await userById(em, id)).toMatchObject({ name: 'Emil', endDate: '2099-01-31' });
  });

  test.each(['', 'nonsense', '[]', 'null', '{"endDate":{}}'])(
    'with %j as its loaded values is saved without a check',
    async (loaded) => {
      const { id } = cast.emil;
      expect((await nora.post(`/users/${id}`, { jobTitle: 'Designer', loaded })).status).toBe(303);
      expect(await userById(em, id)).toMatchObject({ jobTitle: 'Designer', managerId: cast.mira.id });
    },
  );
});

describe('a stale form of an asset', () => {
  test('saves the edited fields, also of an asset that was assigned meanwhile', async () => {
    const { spare, emil } = cast;
    const save = await formOf(`/assets/${spare.id}`);
    await updateAsset(em, 'system', spare.id, { location: 'Porto' });
    await assignAsset(em, 'system', spare.id, emil.id);
    expect((await save({ model: 'ThinkPad X1' })).status).toBe(303);
    expect(await assetById(em, spare.id)).toMatchObject({
      model: 'ThinkPad X1',
      location: 'Porto',
      status: 'assigned',
    });
  });

  test('is refused when both changed a field', async () => {
    const { spare } = cast;
    const save = await formOf(`/assets/${spare.id}`);
    await updateAsset(em, 'system', spare.id, { location: 'Porto' });
    const refused = await save({ location: 'Faro' });
    expect(refused.status).toBe(409);
    expect(messageBeside(refused.text, 'location')).toBe('Now: Porto');
    expect(await assetById(em, spare.id)).toMatchObject({ location: 'Porto' });
  });
});

describe('a stale form of a license', () => {
  test('saves the edited fields, and is refused when both changed one', async () => {
    const { license } = cast;
    const save = await formOf(`/licenses/${license.id}`);
    await updateLicense(em, 'system', license.id, { seatsTotal: 40 });
    expect((await save({ vendor: 'Figma Inc' })).status).toBe(303);
    expect(await licenseById(em, license.id)).toMatchObject({ vendor: 'Figma Inc', seatsTotal: 40 });

    const refused = await save({ seatsTotal: '5' });
    expect(refused.status).toBe(409);
    expect(messageBeside(refused.text, 'seatsTotal')).toBe('Now: 40');
    expect(await licenseById(em, license.id)).toMatchObject({ seatsTotal: 40 });
  });
});
