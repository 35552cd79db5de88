import { describe, expect } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { createAsset } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { mergePeople } from '../../../database/people/merging/merge.ts';
import { createUser } from '../../../database/people/users.ts';
import { makeFormerEmployee } from '../../../testing/cast/former-employees.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { importTests, mailOf, newId, personWith } from './fixture.ts';

const { database, em, test } = await importTests();

describe('the address of someone who has left', () => {
  test('makes a line that names them by it alone about somebody new (R12)', async ({ files }) => {
    const jan = await makeFormerEmployee(database, { name: 'Jan Smit' });
    const file = csvOf(['email', 'name', 'department'], [jan.email, 'Jana Sommer', 'Finance']);
    const found = await files.run('users', file);
    expect(found.results).toMatchObject({ created: 1, changed: 0, failed: 0 });
    expect(await em.fork().findOneOrFail(User, { id: jan.id })).toMatchObject({ name: 'Jan Smit' });
    const [line] = await files.lines(found, 'warnings');
    expect(line!.warnings).toEqual([
      {
        field: 'email',
        message: expect.stringMatching(/^Jan Smit, offboarded on \d+ \w+ \d{4}, had this email\.$/),
      },
    ]);
    const again = await files.run('users', file);
    expect(again.results).toMatchObject({ unchanged: 1, created: 0 });
  });

  test('is free for somebody new with an external id, and still finds the old one by theirs (R12)', async ({
    files,
  }) => {
    const jan = await makeFormerEmployee(database, { name: 'Jan Smit' });
    const id = newId();
    const header = ['externalId', 'name', 'email'];
    const added = await files.run('users', csvOf(header, [id, 'Jana Smit', jan.email]));
    expect(added.results).toMatchObject({ created: 1, failed: 0 });
    const old = await files.run('users', csvOf(header, [jan.externalId, 'Jan Smit', jan.email]));
    expect(old.results).toMatchObject({ unchanged: 1, failed: 0 });
  });

  test('finds no manager, holder or user of a seat (R12)', async ({ cast, files }) => {
    const jan = await makeFormerEmployee(database);
    const newcomer = await createUser(em, 'system', { name: 'Jana Smit', email: jan.email });
    await files.run('users', csvOf(['externalId', 'manager'], [cast.emil.externalId, jan.email]));
    expect(await personWith(database, cast.emil.externalId)).toMatchObject({ managerId: newcomer });
    const asset = await files.run('assets', csvOf(['tag', 'holder'], [cast.spare.tag, jan.email]));
    expect(asset.results).toMatchObject({ changed: 1 });
    const seat = await files.run('licenses', csvOf(['license', 'user'], [cast.license.name, jan.email]));
    expect(seat.results).toMatchObject({ created: 1 });
  });
});

describe('a newcomer with the name of someone active', () => {
  test('gets a note first, when the line sets an end date (R11)', async ({ cast, files }) => {
    const jan = await makeFormerEmployee(database);
    const name = `Donald ${newId()}`;
    const known = await createUser(em, 'system', { name, email: mailOf(newId()) });
    const { email } = await em.fork().findOneOrFail(User, { id: known });
    const lines = [[jan.email, name.toUpperCase(), cast.lastDay]];
    const found = await files.upload('users', csvOf(['email', 'name', 'endDate'], ...lines));
    const [line] = await files.lines(found, 'warnings');
    expect(line!.warnings.map(({ message }) => message)).toEqual([
      `Someone else has this name: ${name} (${email}).`,
      expect.stringContaining('had this email.'),
    ]);
    expect(found.preview).toMatchObject({ create: 1, starts: 1, warned: 1 });
  });
});

describe('an asset with a known serial', () => {
  test('gets a note when another line of the file states it too (R5)', async ({ files }) => {
    const serial = `PF-${newId()}`;
    const [one, two, three] = [newId(), newId(), newId()];
    const file = csvOf(
      ['tag', 'serial', 'model'],
      [one, serial, 'ThinkPad'],
      [two, serial.toUpperCase(), 'ThinkPad'],
      [three, '', 'ThinkPad'],
      [two, serial.toUpperCase(), 'ThinkPad'],
    );
    const found = await files.upload('assets', file);
    expect((await files.lines(found, 'warnings')).map(({ line, warnings }) => [line, ...warnings])).toEqual([
      [2, { field: 'serial', message: 'Line 3 has the same serial.' }],
      [3, { field: 'serial', message: 'Line 2 has the same serial.' }],
    ]);
    expect(found.preview).toMatchObject({ create: 3, same: 1, warned: 2 });
  });

  test('gets a note that names the other one and its holder (R5)', async ({ cast, files }) => {
    const serial = `PF-${newId()}`;
    const [tag, other] = [newId(), newId()];
    const known = await createAsset(em, 'system', { tag, serial, model: 'ThinkPad', location: null });
    await assignAsset(em, 'system', known, cast.emil.id);
    const lines = [[other, serial.toUpperCase(), 'ThinkPad']];
    const found = await files.run('assets', csvOf(['tag', 'serial', 'model'], ...lines));
    expect(found.results).toMatchObject({ created: 1 });
    const [line] = await files.lines(found, 'warnings');
    expect(line!.warnings).toEqual([
      { field: 'serial', message: `${tag} has the same serial and is assigned to ${cast.emil.name}.` },
    ]);
  });
});

test('a file finds a merged record by its external id and by its address (R11)', async ({ cast, files }) => {
  const { rosa, emil } = cast;
  await mergePeople(em, 'system', rosa.id, emil.id);
  await files.run('users', csvOf(['externalId', 'department'], [rosa.externalId, 'One']));
  expect(await personWith(database, emil.externalId)).toMatchObject({ department: 'One' });
  await files.run('users', csvOf(['email', 'jobTitle'], [rosa.email, 'Two']));
  expect(await personWith(database, emil.externalId)).toMatchObject({ jobTitle: 'Two' });
});
