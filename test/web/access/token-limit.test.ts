import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { listRefusedCall } from '../../../database/access/token-limit.ts';
import { createToken, revokeToken, tokenById } from '../../../database/access/tokens.ts';
import { sqlOf } from '../../../database/core/tables.ts';
import { workspaceOf } from '../../../database/core/workspace.ts';
import { AuditEntry, Notification, RefusedRemoval, TokenRemoval } from '../../../database/entities/index.ts';
import { cleanUp } from '../../../database/workspace/housekeeping.ts';
import { continuesUntil } from '../../../domain/access/removals.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messageBeside } from '../../../testing/web/page-messages.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Cast;
let ada: Browserlike;
let tokenId: number;
let name: string;
beforeEach(async () => {
  cast = await makeCast(own.database);
  ada = await web.signIn(cast.ada.email);
  name = `hr ${cast.ada.id}`;
  ({
    token: { id: tokenId },
  } = await createToken(em, 'system', { name, scopes: ['users:write'] }));
});

const refuse = (subjectId: number, ...kinds: ('endDate' | 'manager' | 'serial')[]) =>
  listRefusedCall(em, { tokenId, subjectId, kinds });
const rowsOf = (html: string) =>
  [...html.slice(html.indexOf('id="refused"')).matchAll(/<tr>\s*<td[\s\S]*?<\/tr>/g)].map(([row]) =>
    row
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );

describe('the page of a token', () => {
  test('lists the refused calls with person or asset, field and time (R10)', async () => {
    await refuse(cast.lena.id, 'endDate', 'manager');
    await refuse(cast.lena.id, 'endDate');
    await refuse(cast.laptop.id, 'serial');
    expect((await ada.get('/settings/tokens')).text).toContain('3 refused changes');
    const { text } = await ada.get(`/settings/tokens/${tokenId}/edit`);
    expect(rowsOf(text).sort()).toEqual([
      expect.stringMatching(/^LT-\S+ serial number \d+ \w+ \d{4}, [\d:]+ .+ 1$/),
      expect.stringMatching(/^Lena Brandt end date .+ 2$/),
      expect.stringMatching(/^Lena Brandt manager .+ 1$/),
    ]);
    expect(text).toContain(`href="/assets/${cast.laptop.id}"`);
  });

  test('takes as many statements for fifty calls as for one', async () => {
    const show = () => statementsOf(() => ada.get(`/settings/tokens/${tokenId}/edit`));
    await refuse(cast.lena.id, 'endDate');
    // Show the page once before, because a session's use is stored once in a while.
    await show();
    const one = (await show()).length;
    for (let id = 1; id <= 60; id++) await refuse(id, 'manager');
    expect(await show()).toHaveLength(one);
    const { text } = await ada.get(`/settings/tokens/${tokenId}/edit?page=2`);
    expect(rowsOf(text)).toHaveLength(11);
  });

  test.each([
    ['hour', 1],
    ['eight-hours', 8],
  ])('lets it continue: %s', async (until, hours) => {
    const answer = await ada.post(`/settings/tokens/${tokenId}/continuation`, { until });
    expect([answer.status, answer.location]).toEqual([303, `/settings/tokens/${tokenId}/edit`]);
    const { unlimitedUntil } = await tokenById(em, tokenId);
    expect(Math.abs(unlimitedUntil!.getTime() - Date.now() - hours * 3_600_000)).toBeLessThan(60_000);
    expect((await ada.get(`/settings/tokens/${tokenId}/edit`)).text).toContain('No limit until');
    expect(
      await em.fork().findOneOrFail(AuditEntry, { action: 'token.continued' }, { orderBy: { id: -1 } }),
    ).toMatchObject({
      actor: `user:${cast.ada.id}`,
      details: { tokenId, name, until: unlimitedUntil!.toISOString() },
    });
  });

  test('names the choices for another time, and keeps a revoked token ended', async () => {
    const bad = await ada.post(`/settings/tokens/${tokenId}/continuation`, { until: 'always' });
    expect(bad.status).toBe(422);
    expect(messageBeside(bad.text, 'until')).toContain('hour');
    expect(bad.text).toContain(`value="${name}"`);
    await revokeToken(em, 'system', tokenId);
    expect((await ada.post(`/settings/tokens/${tokenId}/continuation`, { until: 'hour' })).status).toBe(409);
    expect((await tokenById(em, tokenId)).unlimitedUntil).toBeNull();
  });
});

describe('the super-admins', () => {
  const notificationsOf = (userId: number) =>
    em.fork().count(Notification, { userId, kind: 'token_limited', details: { tokenId } });

  test('get one notification a token and hour, with a link to its page (R10)', async () => {
    await Promise.all([refuse(cast.lena.id, 'endDate'), refuse(cast.rosa.id, 'manager')]);
    await refuse(cast.lena.id, 'endDate');
    expect(await notificationsOf(cast.ada.id)).toBe(1);
    expect(await notificationsOf(cast.nora.id)).toBe(0);
    const { text } = await ada.get('/notifications');
    expect(text).toContain(`<a class="item-name" href="/settings/tokens/${tokenId}/edit">`);
    expect(text).toContain(`The API token “${name}” reached its hourly limit`);

    const age = (minutes: number) =>
      sql`update api_tokens set limit_notified_at = limit_notified_at - make_interval(mins => ${minutes}::int)
        where id = ${tokenId}`.execute(sqlOf(em));
    await age(58);
    await refuse(cast.lena.id, 'endDate');
    expect(await notificationsOf(cast.ada.id)).toBe(1);
    await age(2);
    await refuse(cast.lena.id, 'endDate');
    expect(await notificationsOf(cast.ada.id)).toBe(2);
  });
});

test('"tomorrow" is noon of the next day in the zone of the workspace, also when clocks change', () => {
  const until = (zone: string, now: string) => continuesUntil('tomorrow', zone, new Date(now)).toISOString();
  expect(until('Europe/Berlin', '2026-12-01T23:30:00Z')).toBe('2026-12-03T11:00:00.000Z');
  expect(until('UTC', '2026-12-01T23:30:00Z')).toBe('2026-12-02T12:00:00.000Z');
  expect(until('Europe/Berlin', '2026-10-24T12:00:00Z')).toBe('2026-10-25T11:00:00.000Z');
});

test('a super-admin sets the limit of tokens, or turns it off', async () => {
  const save = (tokenLimit: string, tokenLimitCount: string, tokenLimitPercent: string) =>
    ada.post('/settings/workspace/token-limit', { tokenLimit, tokenLimitCount, tokenLimitPercent });
  expect(await workspaceOf(em.fork())).toMatchObject({
    tokenLimit: 'on',
    tokenLimitCount: 50,
    tokenLimitPercent: 10,
  });
  expect((await save('off', '80', '15')).status).toBe(303);
  const { text } = await ada.get('/settings/workspace');
  expect(text).toMatch(/<option value="off" selected>/);
  expect(text).toMatch(/name="tokenLimitCount"\s+type="number"\s+value="80"/);
  expect(
    await em.fork().findOneOrFail(AuditEntry, { action: 'workspace.updated' }, { orderBy: { id: -1 } }),
  ).toMatchObject({
    actor: `user:${cast.ada.id}`,
    details: { tokenLimit: 'off', tokenLimitCount: 80, tokenLimitPercent: 15 },
  });
  const bad = await save('sometimes', '-1', '101');
  expect(bad.status).toBe(422);
  for (const field of ['tokenLimit', 'tokenLimitCount', 'tokenLimitPercent'])
    expect(messageBeside(bad.text, field)).not.toBeNull();
  expect((await save('on', '50', '10')).status).toBe(303);
});

test('what no longer counts is deleted', async () => {
  await refuse(cast.lena.id, 'endDate');
  await refuse(cast.rosa.id, 'endDate');
  const subjects = [cast.lena.id, cast.rosa.id];
  for (const id of subjects)
    await sql`insert into token_removals (token_id, kind, subject_id) values (${tokenId}, 'email', ${id})`.execute(
      sqlOf(em),
    );
  await sql`update token_removals set at = at - interval '61 minutes' where subject_id = ${cast.lena.id}`.execute(
    sqlOf(em),
  );
  await sql`update refused_removals set at = at - interval '8 days' where subject_id = ${cast.lena.id}`.execute(
    sqlOf(em),
  );
  await cleanUp(em);
  const left = { tokenId };
  expect((await em.fork().find(TokenRemoval, left)).map(({ subjectId }) => subjectId)).toEqual([
    cast.rosa.id,
  ]);
  expect((await em.fork().find(RefusedRemoval, left)).map(({ subjectId }) => subjectId)).toEqual([
    cast.rosa.id,
  ]);
});
