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

/** Loads the form of something, and returns what saving it sends. */
async function formOf(address: string) {
  const fields = fieldsOf((await nora.get(`${address}/edit`)).text, address);
  return (edits: Record<string, string>) => nora.post(address, { ...fields, ...edits });
}

describe('the end date alone, of a page that was loaded before the HR system wrote', () => {
  const formAt = async (page: string) => {
    const address = `${page}/end-date`;
    const fields = fieldsOf((await nora.get(page)).text, address);
    return (endDate: string) => nora.post(address, { ...fields, endDate });
  };

  test('is refused, shows what is there now, and is saved when sent again', async () => {
    const { id } = cast.emil;
    const page = `/users/${id}`;
    const save = await formAt(page);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31' });

    const refused = await save('2099-02-28');
    expect(refused.status).toBe(409);
    expect(messagesOn(refused.text)).toContain('Somebody else has changed this meanwhile.');
    expect(messageBeside(refused.text, 'endDate')).toBe('Meanwhile it was changed to: 31 Jan 2099');
    const again = fieldsOf(refused.text, `${page}/end-date`);
    expect(again.endDate).toBe('2099-02-28');
    expect(await userById(em, id)).toMatchObject({ endDate: '2099-01-31' });

    expect((await nora.post(`${page}/end-date`, again)).status).toBe(303);
    expect(await userById(em, id)).toMatchObject({ endDate: '2099-02-28' });
  });

  test('is not cleared by somebody who left it empty because it was', async () => {
    const { id } = cast.emil;
    const save = await formAt(`/users/${id}`);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31' });
    const refused = await save('');
    expect(refused.status).toBe(409);
    expect(fieldsOf(refused.text, `/users/${id}/end-date`).endDate).toBe('2099-01-31');
    expect(await em.fork().findOne(Offboarding, { userId: id })).toMatchObject({ state: 'open' });
  });

  test('is fine when both want the same', async () => {
    const { id } = cast.emil;
    const save = await formAt(`/users/${id}`);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31' });
    expect((await save('2099-01-31')).status).toBe(303);
  });

  test('is set by a script that says nothing of what it has seen', async () => {
    const { id } = cast.emil;
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31' });
    expect((await nora.post(`/users/${id}/end-date`, { endDate: '2099-02-28' })).status).toBe(303);
    expect(await userById(em, id)).toMatchObject({ endDate: '2099-02-28' });
  });
});

describe('the form of a person that was loaded before the HR system wrote', () => {
  test('changes what was edited and leaves the end date, the status and the manager alone', async () => {
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

  test('names nobody anew whose address has changed', async () => {
    const { id } = cast.emil;
    const save = await formOf(`/users/${id}`);
    await updateUser(em, 'token:hr', cast.mira.id, { email: `mira${id}@new.example` });
    expect((await save({ jobTitle: 'Designer' })).status).toBe(303);
    expect(await userById(em, id)).toMatchObject({ managerId: cast.mira.id });
  });

  test('is refused where both wrote, shows what is there now, and is saved when sent again', async () => {
    const { id } = cast.emil;
    const address = `/users/${id}`;
    const save = await formOf(address);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31', department: 'Sales' });

    const refused = await save({ endDate: '2099-02-28', jobTitle: 'Designer' });
    expect(refused.status).toBe(409);
    expect(messagesOn(refused.text)).toMatch(/^danger: Somebody else has changed this meanwhile/);
    expect(messageBeside(refused.text, 'endDate')).toBe('Meanwhile it was changed to: 31 Jan 2099');
    expect(await userById(em, id)).toMatchObject({ endDate: '2099-01-31', jobTitle: null });

    const again = fieldsOf(refused.text, address);
    expect(again).toMatchObject({ endDate: '2099-02-28', jobTitle: 'Designer', department: 'Sales' });
    expect((await nora.post(address, again)).status).toBe(303);
    expect(await userById(em, id)).toMatchObject({ endDate: '2099-02-28', department: 'Sales' });
  });

  test('is refused where both chose a manager, naming the new one', async () => {
    const { id } = cast.emil;
    const save = await formOf(`/users/${id}`);
    await updateUser(em, 'token:hr', id, { managerId: cast.ada.id });
    const refused = await save({ manager: cast.ivo.email });
    expect(refused.status).toBe(409);
    expect(messageBeside(refused.text, 'manager')).toContain(cast.ada.name);
    expect(await userById(em, id)).toMatchObject({ managerId: cast.ada.id });
  });

  test('is saved where both wrote the same', async () => {
    const { id } = cast.emil;
    const save = await formOf(`/users/${id}`);
    await updateUser(em, 'token:hr', id, { endDate: '2099-01-31' });
    expect((await save({ endDate: '2099-01-31' })).status).toBe(303);
  });

  test('stays old when it comes back for another reason', async () => {
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
    'with %j for what it was loaded with is an ordinary form',
    async (loaded) => {
      const { id } = cast.emil;
      expect((await nora.post(`/users/${id}`, { jobTitle: 'Designer', loaded })).status).toBe(303);
      expect(await userById(em, id)).toMatchObject({ jobTitle: 'Designer', managerId: cast.mira.id });
    },
  );
});

describe('the form of an asset that was loaded before it changed', () => {
  test('changes what was edited, also of one that was handed out meanwhile', async () => {
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

  test('is refused where both wrote', async () => {
    const { spare } = cast;
    const save = await formOf(`/assets/${spare.id}`);
    await updateAsset(em, 'system', spare.id, { location: 'Porto' });
    const refused = await save({ location: 'Faro' });
    expect(refused.status).toBe(409);
    expect(messageBeside(refused.text, 'location')).toBe('Meanwhile it was changed to: Porto');
    expect(await assetById(em, spare.id)).toMatchObject({ location: 'Porto' });
  });
});

describe('the form of a license that was loaded before it changed', () => {
  test('changes what was edited, and is refused where both wrote', async () => {
    const { license } = cast;
    const save = await formOf(`/licenses/${license.id}`);
    await updateLicense(em, 'system', license.id, { seatsTotal: 40 });
    expect((await save({ vendor: 'Figma Inc' })).status).toBe(303);
    expect(await licenseById(em, license.id)).toMatchObject({ vendor: 'Figma Inc', seatsTotal: 40 });

    const refused = await save({ seatsTotal: '5' });
    expect(refused.status).toBe(409);
    expect(messageBeside(refused.text, 'seatsTotal')).toBe('Meanwhile it was changed to: 40');
    expect(await licenseById(em, license.id)).toMatchObject({ seatsTotal: 40 });
  });
});
