import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { AuditEntry, Mail, Request, User } from '../../../database/entities/index.ts';
import { assignAsset, recoverAsset } from '../../../database/inventory/assignments.ts';
import { undoRecovery } from '../../../database/inventory/corrections.ts';
import { createRequest, resolveRequest } from '../../../database/inventory/requests.ts';
import { eraseFormerEmployees } from '../../../database/people/due-erasures.ts';
import { erasePerson } from '../../../database/people/erasure.ts';
import { createUser, updateUser } from '../../../database/people/users.ts';
import { cleanUp } from '../../../database/workspace/housekeeping.ts';
import { updateErasureSettings } from '../../../database/workspace/settings.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { closeSent, complete, makeFormerEmployee } from '../../../testing/cast/former-employees.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const { ada, emil, laptop, lena, spare } = await makeCast(database);

const stored = (id: number) => em.fork().findOneOrFail(User, { id });
const erasures = (userId: number) => em.fork().count(AuditEntry, { action: 'user.erased', userId });
const execute = (statement: ReturnType<typeof sql>) => statement.execute(sqlOf(em.fork()));

describe('(R23) erasure is refused', () => {
  test('before a completion', async () => {
    for (const { id, name } of [emil, lena]) {
      await expect(erasePerson(em, 'system', id)).rejects.toMatchObject({ code: 'not-completed' });
      expect(await stored(id)).toMatchObject({ name, erasedAt: null });
    }
  });

  test.each([
    ['a pending webhook', 'delivery-pending', 'webhook_deliveries', `state = 'pending', closed_at = null`],
    ['a pending mail', 'mail-pending', 'mails', `state = 'pending', closed_at = null`],
    ['a failed step', 'step-failed', 'offboardings', `failed_step = 'mail'`],
  ])('while %s is about them', async (_, code, table, open) => {
    await subscribe(database);
    const { id } = await makeFormerEmployee(database, { managerId: emil.id });
    const before = await stored(id);
    const closed = await execute(sql`select * from ${sql.table(table)}`);
    expect(closed.rows.length).toBeGreaterThan(0);
    const last = sql`id = (select max(id) from ${sql.table(table)})`;
    await execute(sql`update ${sql.table(table)} set ${sql.raw(open)} where ${last}`);
    await expect(erasePerson(em, 'system', id)).rejects.toMatchObject({ code });
    expect(await stored(id)).toEqual(before);
    const done =
      { failed_step: `failed_step = null` }[open.split(' ')[0]!] ?? `state = 'failed', closed_at = now()`;
    await execute(sql`update ${sql.table(table)} set ${sql.raw(done)} where ${last}`);
    expect(await erasePerson(em, 'system', id)).toBe(true);
  });

  test('while a device is still with them', async () => {
    const { id } = await createUser(em, 'system', { name: 'Has It', email: null }).then(stored);
    await assignAsset(em, 'system', spare.id, id);
    const back = { condition: 'good', nextStatus: 'in_stock', note: 'Has It gave it back' } as const;
    await recoverAsset(em, 'system', spare.id, back);
    await complete(database, id);
    await closeSent(database);
    await undoRecovery(em, 'system', spare.id);
    await expect(erasePerson(em, 'system', id)).rejects.toMatchObject({ code: 'corrected' });
    await recoverAsset(em, 'system', spare.id, back);
    await closeSent(database);
    expect(await erasePerson(em, 'system', id)).toBe(true);
    const notes = await execute(sql`
      select note from assignments where user_id = ${id} union all
      select note from recovery_corrections where user_id = ${id}`);
    expect(notes.rows).toEqual(Array(2).fill({ note: `Former employee #${id}` }));
  });

  test('while a file that names them waits', async () => {
    const { id, externalId, email } = await makeFormerEmployee(database);
    const { run, upload } = importing(database, `user:${ada.id}`);
    await upload('users', csvOf(['externalId', 'jobTitle'], [externalId, 'Clerk']));
    await expect(erasePerson(em, 'system', id)).rejects.toMatchObject({ code: 'import-open' });
    await execute(sql`update imports set ended_at = now(), state = 'cancelled'`);
    await run('assets', csvOf(['tag', 'location'], [laptop.tag, `Home of ${email}`]));
    expect(await erasePerson(em, 'system', id)).toBe(true);
  });
});

test('(R23) an erased person stays erased, in the console and in SQL', async () => {
  const { id } = await makeFormerEmployee(database);
  expect(await erasePerson(em, `user:${ada.id}`, id)).toBe(true);
  expect(await erasePerson(em, 'system', id)).toBe(false);
  expect(await erasures(id)).toBe(1);
  await expect(updateUser(em, 'system', id, { name: 'Back Again' })).rejects.toMatchObject({
    code: 'erased',
  });
  for (const change of [`name = 'Back'`, `email = 'back@x.example'`, `job_title = 'x'`, 'erased_at = null'])
    await expect(execute(sql`update users set ${sql.raw(change)} where id = ${id}`)).rejects.toThrow();
  await expect(execute(sql`update users set erased_at = now() where id = ${emil.id}`)).rejects.toThrow(
    'users_erased_check',
  );
});

test('(R23) two erasures at once leave one entry', async () => {
  const { id } = await makeFormerEmployee(database);
  const done = await Promise.all(Array.from({ length: 4 }, () => erasePerson(em, 'system', id)));
  expect(done.filter(Boolean)).toEqual([true]);
  expect(await erasures(id)).toBe(1);
});

test('(R23) a namesake, and a newcomer with the address, keep what is written about them', async () => {
  const gone = await makeFormerEmployee(database);
  const heir = await createUser(em, 'system', { name: 'Heir Holt', email: gone.email });
  const namesake = await makeFormerEmployee(database, { name: gone.name });
  const wish = { item: `Desk of ${gone.name}`, reason: `Write to ${gone.email}` };
  const requestId = await createRequest(em, 'system', heir, wish);
  await resolveRequest(em, 'system', requestId, { outcome: 'rejected', note: null, assetId: null });
  await erasePerson(em, 'system', gone.id);
  expect(await em.fork().findOneOrFail(Request, { id: requestId })).toMatchObject(wish);
  expect(await stored(heir)).toMatchObject({ name: 'Heir Holt', email: gone.email });
  const entries = await em.fork().find(AuditEntry, { userId: [heir, namesake.id], action: 'user.created' });
  expect(entries.map(({ details }) => details.email).sort()).toEqual([gone.email, namesake.email].sort());
});

test('(R23) the worker erases after the months of the workspace, never before and never by default', async () => {
  const [old, young, blocked] = [
    await makeFormerEmployee(database),
    await makeFormerEmployee(database),
    await makeFormerEmployee(database),
  ];
  const fork = em.fork();
  fork.create(Mail, { userId: blocked.id, kind: 'completions' });
  await fork.flush();
  await cleanUp(em.fork());
  expect(await stored(old.id)).toMatchObject({ name: old.name, erasedAt: null });
  await updateErasureSettings(em, `user:${ada.id}`, { eraseAfterMonths: 6 });
  await eraseFormerEmployees(em, new Date(Date.now() + 170 * 86_400_000));
  expect(await stored(old.id)).toMatchObject({ name: old.name });
  const inHalfAYear = new Date(Date.now() + 190 * 86_400_000);
  for (let run = 0; run < 2; run++) await eraseFormerEmployees(em, inHalfAYear);
  for (const { id } of [old, young]) {
    expect(await stored(id)).toMatchObject({ name: `Former employee #${id}` });
    expect(await erasures(id)).toBe(1);
  }
  expect(await stored(blocked.id)).toMatchObject({ name: blocked.name });
  expect(await stored(lena.id)).toMatchObject({ name: lena.name });
});
