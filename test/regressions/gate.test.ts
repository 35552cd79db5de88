import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Assignment, Notification, Offboarding, User, WebhookEvent } from '../../database/entities/index.ts';
import { complete } from '../../engine/contract.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { csvOf, importing } from '../../testing/cast/importing.ts';
import { routesOf } from '../../testing/web/routes.ts';
import { startEnvironment } from './environment.ts';

// A fault of other products: an offboarding is completed by another way while items are still out.

const { database, engine, web, call, sql } = await startEnvironment();

const em = () => database.em.fork();
const isCompleted = async (userId: number) =>
  (await em().findOneOrFail(User, { id: userId })).offboardingCompletedAt != null;
const completion = (cast: Cast) => `/offboarding/${cast.lena.id}/completion`;

/** Expects that no effect of a completion happened. */
async function expectNothingHappened({ lena, rosa, timo, offboardingId, laptop }: Cast) {
  expect(await isCompleted(lena.id)).toBe(false);
  expect((await em().findOneOrFail(Offboarding, { id: offboardingId })).state).toBe('open');
  for (const { id } of [rosa, timo]) expect((await em().findOneOrFail(User, { id })).managerId).toBe(lena.id);
  expect(await em().count(WebhookEvent, { type: 'user.offboarded', offboardingId })).toBe(0);
  expect(await em().count(Notification, { kind: 'offboarding_completed', aboutUserId: lena.id })).toBe(0);
  expect(await em().findOneOrFail(Assignment, { id: laptop.assignmentId })).toMatchObject({
    returnedAt: null,
  });
}

const root = new URL('../../', import.meta.url);

/** The files of the product that contain an identifier. */
const filesThatName = (name: string): string[] =>
  ['activities', 'config', 'database', 'domain', 'metrics', 'scripts', 'web', 'worker', 'workflows']
    .flatMap((folder) =>
      readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${folder}/${file}`,
      ),
    )
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => new RegExp(`\\b${name}\\b`).test(readFileSync(new URL(file, root), 'utf8')))
    .sort();

describe('finishing with a laptop, a seat and a request out', () => {
  const message = 'Cannot complete offboarding: 1 hardware, 1 software, 1 request(s) still open.';

  test('by form, by htmx and by API is refused, and the answer counts the open items', async () => {
    const cast = await makeCast(database);
    const ivo = await web.signIn(cast.ivo.email);
    const byPage = await ivo.post(completion(cast), { token: randomUUID() });
    expect([byPage.status, byPage.text.includes(message)]).toEqual([409, true]);
    const byHtmx = await ivo.postByHtmx(completion(cast), 'checklist', { token: randomUUID() });
    expect([byHtmx.status, byHtmx.text.includes(message)]).toEqual([409, true]);
    expect((await ivo.get(completion(cast))).status).toBe(409);
    const byApi = await call('POST', `/users/${cast.lena.externalId}/completion`);
    expect(byApi.status).toBe(409);
    expect(byApi.json).toMatchObject({ hardware: 1, software: 1, requests: 1, detail: message });
    await expectNothingHappened(cast);
  });

  test('has no other route: three addresses complete, none of them by GET or in bulk', () => {
    const routes = routesOf(web.app).filter((route) =>
      /complet|finish|archive|bulk|batch|delete/i.test(route),
    );
    expect(routes.sort()).toEqual([
      // Hides an account or a group from its directory. Access may end, but no offboarding completes.
      'DELETE /scim/v2/Groups/:id',
      'DELETE /scim/v2/Me',
      'DELETE /scim/v2/Users/:id',
      // Shows the results of many recoveries, revocations, rejections or reminders.
      'GET /bulk/:bulkId',
      'GET /offboarding/:userId/completion',
      'POST /api/v1/users/:externalId/completion',
      'POST /offboarding/:userId/completion',
      // Several of the requests that SCIM takes one by one.
      'POST /scim/v2/Bulk',
    ]);
    expect(routesOf(web.app).filter((route) => /^DELETE (?!\/scim\/)/.test(route))).toEqual([]);
    // Only the activity completes, and only these files send the Update.
    expect(filesThatName('completeOffboarding')).toEqual([
      'activities/offboardings.ts',
      'database/offboarding/completion.ts',
    ]);
    expect(filesThatName('completeOffboardingOf')).toEqual([
      'web/api/completions.ts',
      'web/offboarding/complete-offboarding.ts',
      'web/offboarding/completion.ts',
    ]);
  });

  test('by an Update sent to Temporal is refused', async () => {
    const cast = await makeCast(database);
    const answer = await engine.ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
    expect(answer.outcome).toBe('still-open');
    await expectNothingHappened(cast);
  });

  test('by a status from HR, a file or a form leaves the checklist open, and the queue shows it', async () => {
    const changes: ((cast: Cast) => Promise<unknown>)[] = [
      ({ lena }) => call('PATCH', `/users/${lena.externalId}`, { body: { status: 'offboarded' } }),
      ({ lena }) =>
        importing(database, 'system').run('users', csvOf(['email', 'status'], [lena.email, 'offboarded'])),
      async ({ lena, nora }) =>
        (await web.signIn(nora.email)).post(`/users/${lena.id}`, { status: 'offboarded' }),
    ];
    for (const change of changes) {
      const cast = await makeCast(database);
      await change(cast);
      expect((await em().findOneOrFail(User, { id: cast.lena.id })).status).toBe('offboarded');
      await expectNothingHappened(cast);
      const queue = await (await web.signIn(cast.ivo.email)).get('/offboarding');
      expect(queue.text).toContain(`href="/offboarding/${cast.lena.id}"`);
    }
  });

  test('with SQL is refused by the schema', async () => {
    const cast = await makeCast(database);
    const refused = (code: string, text: string, ...values: unknown[]) =>
      expect(sql.query(text, values), text).rejects.toMatchObject({ code });
    const { id } = cast.lena;
    await refused(
      '23503',
      `update users set status = 'offboarded', offboarding_completed_at = now() where id = $1`,
      id,
    );
    await refused('428C9', 'update users set assignable = false where id = $1', id);
    // Deleting the user does not complete the offboarding either.
    await refused('23503', 'delete from users where id = $1', id);
    await expectNothingHappened(cast);
  });

  test('after the last day, and after the date was cleared and set again, is refused', async () => {
    const cast = await makeCast(database, -3);
    const ivo = await web.signIn(cast.ivo.email);
    expect((await ivo.post(completion(cast), { token: randomUUID() })).status).toBe(409);
    const path = `/users/${cast.lena.externalId}`;
    await call('PATCH', path, { body: { endDate: null } });
    expect((await ivo.post(completion(cast), { token: randomUUID() })).text).toContain(message);
    await call('PATCH', path, { body: { endDate: '2020-01-01' } });
    expect((await call('POST', `${path}/completion`)).status).toBe(409);
    expect(await isCompleted(cast.lena.id)).toBe(false);
  });
});
