import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { connect } from '../../database/core/orm.ts';
import { Mail, User, WebhookDelivery, WebhookEvent } from '../../database/entities/index.ts';
import { createEndpoint } from '../../database/webhooks/endpoints.ts';
import { complete } from '../../engine/contract.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine, testDependencies } from '../../testing/cast/engine.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { startMailServer } from '../../testing/outside/smtp.ts';
import { copyOf, ownDatabase } from '../../testing/servers/database.ts';
import { startWebProcess } from '../../testing/servers/web-process.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

const own = await ownDatabase();
const { database } = own;
const engine = await ownEngine(database);
const smtp = await startMailServer();
let isHanging = true;
const receiver = await startReceiver((_request, response) => {
  if (!isHanging) response.end();
});
const fields = { url: receiver.url, description: null, eventTypes: ['user.offboarded' as const] };
await createEndpoint(database.em, 'system', fields, testDependencies(database).secretBox);

const mailsOf = (userId: number) =>
  smtp.taken.filter(({ headers }) => headers['message-id']?.includes(`mail-${userId}-`));

test('a restored database with an empty Temporal continues where it was', async () => {
  const [staying, leaving] = [await makeCast(database), await makeCast(database)];
  await clearChecklist(database, leaving);
  smtp.behaviour.delayMs = 120_000;
  const worker = startWorkerProcess(own, engine.namespace, { SMTP_URL: smtp.url });
  const by = { actor: `user:${leaving.ivo.id}` as const };
  expect(await engine.ask(complete, leaving.offboardingId, by)).toMatchObject({ outcome: 'completed' });
  // Mail and webhook hang in their first attempt.
  const mail = await eventually(() => database.em.fork().findOne(Mail, { userId: leaving.mira.id }));
  await eventually(async () => receiver.received.length === 1);
  const before = await startWebProcess(own, engine.namespace);
  const nora = await before.signIn(staying.nora.email);
  await worker.kill();

  const restored = await copyOf(own);
  const copied = await connect(restored.url);
  const elsewhere = await ownEngine(copied);
  isHanging = false;
  smtp.behaviour.delayMs = 0;
  startWorkerProcess(restored, elsewhere.namespace, { SMTP_URL: smtp.url });
  const em = () => copied.em.fork();

  // The leaver has a workflow again, which knows what is open.
  const shown = await eventually(async () => {
    const found = await elsewhere
      .handleOf(staying.offboardingId)
      .describe()
      .catch(() => null);
    return found?.searchAttributes.OpenSeats?.[0] === 1 ? found.searchAttributes : null;
  }, 45_000);
  expect(shown).toMatchObject({ OpenHardware: [1], OpenRequests: [1], OffboardingState: ['waiting'] });

  // The pending webhook and mail arrive under their old ids.
  const event = await em().findOneOrFail(WebhookEvent, {
    offboardingId: leaving.offboardingId,
    type: 'user.offboarded',
  });
  await eventually(
    async () => (await em().findOneOrFail(WebhookDelivery, { eventId: event.id })).state === 'delivered',
    45_000,
  );
  expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([event.id, event.id]);
  await eventually(async () => (await em().findOneOrFail(Mail, { id: mail.id })).state === 'sent', 45_000);
  expect(new Set(mailsOf(mail.id).map(({ headers }) => headers['message-id'])).size).toBe(1);

  // Sessions are still valid, and the console works.
  const web = await startWebProcess(restored, elsewhere.namespace);
  const back = web.stranger();
  for (const [name, value] of nora.cookies) back.cookies.set(name, value);
  expect((await back.get(`/offboarding/${staying.lena.id}`)).text).toContain(staying.laptop.tag);
  await clearChecklist(copied, staying);
  const answer = await back.post(`/offboarding/${staying.lena.id}/completion`, { token: randomUUID() });
  expect(answer.status).toBe(303);
  expect((await em().findOneOrFail(User, { id: staying.lena.id })).status).toBe('offboarded');
  expect((await database.em.fork().findOneOrFail(User, { id: staying.lena.id })).status).toBe('active');
  await copied.close();
}, 180_000);
