import { expect, test } from 'vitest';
import { record } from '../../../database/core/change.ts';
import { updateAsset } from '../../../database/inventory/assets.ts';
import { recoverAsset } from '../../../database/inventory/assignments.ts';
import { updateLicense } from '../../../database/inventory/licenses.ts';
import { resolveRequest } from '../../../database/inventory/requests.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { updateUser } from '../../../database/people/users.ts';
import { auditTrail } from '../../../database/workspace/audit-trail.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own);

test('the audit trail names users, tokens and Lastday itself', async () => {
  const cast = await makeCast(database);
  const em = database.em.fork();
  record(em, 'system', 'user.sign_in_failed', cast.lena.id);
  record(em, 'token:nightly feed', 'user.updated', cast.lena.id, { from: 'Lead', to: 'Head' });
  record(em, `user:${cast.nora.id}`, 'user.invited', cast.lena.id);
  await em.flush();
  const ivo = await web.signIn(cast.ivo.email);
  const { status, text } = await ivo.get(`/audit?user=${cast.lena.id}`);
  expect(status).toBe(200);
  for (const words of ['Lastday', 'The API token “nightly feed”', 'Nora Keller', 'failed to sign in']) {
    expect(text).toContain(words);
  }
  expect((await ivo.get('/audit?action=user.sign_in_failed')).text).toContain('Lastday');
  expect((await ivo.get('/audit')).status).toBe(200);
});

test('the exact time of a detail is a press away, and a calendar date has none', async () => {
  const cast = await makeCast(database);
  const em = database.em.fork();
  const details = { name: 'HR', until: '2026-11-24T05:55:09.000Z' };
  record(em, 'system', 'token.continued', cast.lena.id, details);
  record(em, 'system', 'item.waiting_set', cast.lena.id, { tag: 'LT-1', until: '2026-12-03' });
  await em.flush();
  const { text } = await (await web.signIn(cast.ivo.email)).get(`/audit?user=${cast.lena.id}`);
  expect(text).toContain('Tuesday, 24 November 2026 at 05:55:09 Coordinated Universal Time');
  expect(text).toContain('3 Dec 2026');
  expect(text.match(/class="exact-time"/g)).toHaveLength(text.match(/data-label="When"/g)!.length + 1);
});

test.each(['hashjoin', 'mergejoin', 'nestloop'])(
  'entries of the system are found without %s too',
  async (method) => {
    const cast = await makeCast(database);
    await database.em.fork().transactional(async (em) => {
      record(em, 'system', 'user.sign_in_failed', cast.lena.id);
      await em.flush();
      for (const off of new Set([method, 'seqscan'])) await em.execute(`set local enable_${off} = off`);
      if (method !== 'nestloop')
        await em.execute('set local enable_hashjoin = off; set local enable_mergejoin = off');
      const rows = await auditTrail(em, { action: null, userId: cast.lena.id, before: null }, 50);
      expect(rows[0]).toMatchObject({ actor: 'system', actorName: null });
    });
  },
);

test('the audit trail is filtered by action and paged', async () => {
  const cast = await makeCast(database);
  const em = database.em.fork();
  for (let i = 0; i < 120; i++) record(em, 'system', 'workspace.updated', null, { number: i });
  await em.flush();
  const ivo = await web.signIn(cast.ivo.email);
  let path: string | undefined = '/audit?action=workspace.updated';
  const seen: string[] = [];
  while (path) {
    const { text }: { text: string } = await ivo.get(path);
    seen.push(...[...text.matchAll(/number: (\d+)/g)].map((match) => match[1]!));
    path = /href="([^"]+)">Older/.exec(text)?.[1]?.replaceAll('&amp;', '&');
  }
  expect(seen).toEqual(Array.from({ length: 120 }, (_, i) => String(119 - i)));
});

test('changes of a manager are in the audit trail of the report', async () => {
  const cast = await makeCast(database);
  await updateUser(database.em, `user:${cast.nora.id}`, cast.emil.id, { managerId: cast.lena.id });
  await clearChecklist(database, cast);
  await completeOffboarding(database.em, cast.offboardingId, `user:${cast.nora.id}`);
  const nora = await web.signIn(cast.nora.email);
  const trailOf = async ({ id }: { id: number }) =>
    [
      ...(await nora.get(`/audit?user=${id}`)).text.matchAll(/data-label="(?:What|Details)"[^>]*>([^<]*)/g),
    ].map(([, text]) => text);
  expect(await trailOf(cast.emil)).toEqual([
    ...['removed the manager Lena Brandt', '—'],
    ...['changed the manager from Mira Holt to Lena Brandt', '—'],
  ]);
  expect(await trailOf(cast.rosa)).toEqual(['removed the manager Lena Brandt', '—']);
});

test('a changed asset has old and new values in its audit entry', async () => {
  const { spare, license, ivo } = await makeCast(database);
  const { em } = database;
  await updateAsset(em, `user:${ivo.id}`, spare.id, { status: 'in_repair', location: null });
  await updateLicense(em, `user:${ivo.id}`, license.id, { seatsTotal: 12 });
  const { status, text } = await (await web.signIn(ivo.email)).get('/audit');
  expect(status).toBe(200);
  expect(text).toContain('status changed from In stock to In repair · location Lisbon removed');
  expect(text).toContain('total seats changed from 3 to 12');
});

test('an entry names the date, the device and the request that it is about', async () => {
  const { lena, laptop, requestId, ivo } = await makeCast(database);
  const { em } = database;
  const actor = `user:${ivo.id}` as const;
  await setEndDate(em, actor, lena.id, '2026-12-01');
  await setEndDate(em, actor, lena.id, null);
  await setEndDate(em, actor, lena.id, '2026-12-02');
  await recoverAsset(em, actor, laptop.id, { condition: 'good', nextStatus: 'in_stock', note: null });
  await resolveRequest(em, actor, requestId, { outcome: 'rejected', note: 'Not now', assetId: null });
  const { text } = await (await web.signIn(ivo.email)).get(`/audit?user=${lena.id}`);
  for (const words of [
    'removed the end date (was 1 Dec 2026)',
    'set the end date to 2 Dec 2026',
    `recovered ${laptop.tag} from Lena Brandt, good, back in stock`,
    'rejected the request “Second monitor”',
    'note: Not now',
  ]) {
    expect(text).toContain(words);
  }
  expect(text).not.toMatch(/in_stock|next status|outcome:/);
});

test('the filter names actions in words', async () => {
  const { ivo } = await makeCast(database);
  const { text } = await (await web.signIn(ivo.email)).get('/audit?action=seat.revoked');
  expect(text).toContain('<option value="seat.revoked" selected>Revoked the seat</option>');
  expect(text).toContain('>Created a sign-in link</option>');
});

test('a day in the details is a date, a time is by the clock, and any other text stays as it is', async () => {
  const cast = await makeCast(database);
  const em = database.em.fork();
  for (const since of ['2026-12-03', '2026-12-03T10:15:00Z', 'soon'])
    record(em, 'system', 'workspace.updated', cast.lena.id, { since });
  await em.flush();
  const ivo = await web.signIn(cast.ivo.email);
  ivo.cookies.set('lastday-zone', 'Asia/Tokyo');
  const { text } = await ivo.get(`/audit?user=${cast.lena.id}&action=workspace.updated`);
  expect(
    [...text.matchAll(/since: ?(?:<button[^>]+><time[^>]+>)?([^<]+)/g)].map(([, words]) => words!.trim()),
  ).toEqual(['soon', '3 Dec 2026, 19:15', '3 Dec 2026']);
});
