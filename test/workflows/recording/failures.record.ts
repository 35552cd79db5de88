import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { makeLinks } from '../../../activities/mail/links.ts';
import { smtpMailer } from '../../../activities/mail/mailer.ts';
import { Mail } from '../../../database/entities/index.ts';
import { assignSeat } from '../../../database/inventory/seats.ts';
import { mailTokens } from '../../../database/mail/tokens.ts';
import { requestDeadlineMs } from '../../../domain/offboarding/request-deadline.ts';
import {
  complete,
  mailWorkflowId,
  revokeSeat,
  webhookDeliveryStart,
  webhookWorkflow,
} from '../../../engine/contract.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { ownEngine, testDependencies, testKey } from '../../../testing/cast/engine.ts';
import { addDelivery, deliveriesTo, subscribe } from '../../../testing/cast/webhooks.ts';
import { startReceiver } from '../../../testing/outside/receiver.ts';
import { startMailServer } from '../../../testing/outside/smtp.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { keep } from './keep.ts';

const { database, url, ownerUrl } = await ownDatabase();
const { relay, startWorker, ask, handleOf, client } = await ownEngine(database);
const server = await startMailServer();
const mailer = smtpMailer(server.url, { name: 'Lastday', address: 'it@halden.example' });
const links = makeLinks('https://lastday.halden.example', mailTokens(testKey));
await startWorker({ ...testDependencies(database), mail: { mailer, links } });

/** Locks a person's row for a while, so that an activity about them waits. */
async function held<T>(userId: number, ms: number, work: () => Promise<T>): Promise<T> {
  const holder = new pg.Client(url);
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from users where id = $1 for update', [userId]);
  const done = work();
  await pause(ms);
  await holder.end();
  return done;
}

test('a seat of another person, and a completion that a rule forbids', async () => {
  const [cast, other] = [await makeCast(database), await makeCast(database)];
  await clearChecklist(database, cast);
  await relay();
  const asIvo = { actor: `user:${cast.ivo.id}` as const };
  expect(await ask(revokeSeat, cast.offboardingId, { ...asIvo, seatId: other.seatId })).toEqual({
    outcome: 'not-theirs',
  });
  const asLena = { actor: `user:${cast.lena.id}` as const };
  expect(await ask(complete, cast.offboardingId, asLena)).toMatchObject({ outcome: 'refused' });
  await ask(complete, cast.offboardingId, asIvo);
  const handle = handleOf(cast.offboardingId);
  await handle.result();
  await keep('forbidden', handle);
});

test('an Update that waited until its deadline had passed', async () => {
  const [cast, other] = [await makeCast(database), await makeCast(database)];
  const actor = `user:${cast.ivo.id}` as const;
  const seatId = await assignSeat(database.em, actor, other.license.id, cast.lena.id);
  await relay();
  const requestedAt = Date.now() - requestDeadlineMs + 1_500;
  const [first, second] = await held(cast.lena.id, 2_500, () =>
    Promise.allSettled([
      ask(revokeSeat, cast.offboardingId, { actor, seatId: cast.seatId }),
      pause(300).then(() => ask(revokeSeat, cast.offboardingId, { actor, seatId, requestedAt })),
    ]),
  );
  expect([first!.status, second!.status]).toEqual(['fulfilled', 'rejected']);
  await keep('asked-too-long-ago', handleOf(cast.offboardingId));
});

test('a completion whose activity timed out and was retried', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await relay();
  const answer = await held(cast.lena.id, 4_000, () =>
    ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` }),
  );
  expect(answer).toMatchObject({ outcome: 'completed' });
  const handle = handleOf(cast.offboardingId);
  await handle.result();
  await keep('step-timed-out', handle);
});

/** Makes a kind of change of a table fail, as if the schema refused it. */
const broken = (table: string, change: string) =>
  asOwner(
    ownerUrl,
    `create function break_${table}() returns trigger language plpgsql as $$ begin raise exception 'broken' using errcode = '22000'; end $$`,
    `create trigger break_${table} before ${change} on ${table} for each row execute function break_${table}()`,
  );

test('a delivery whose attempts cannot be recorded', async () => {
  const { id: endpointId } = await subscribe(database, (await startReceiver()).url);
  await broken('webhook_attempts', 'insert');
  const id = await addDelivery(database, endpointId, 'pending');
  const [delivery] = await deliveriesTo(database, endpointId);
  const handle = await client.workflow.start(
    webhookWorkflow,
    webhookDeliveryStart({ id, eventId: delivery!.eventId, endpointId, replayOf: null }),
  );
  await handle.result();
  expect(await deliveriesTo(database, endpointId)).toMatchObject([{ state: 'failed' }]);
  await keep('delivery-never-tried', handle);
});

test('a mail whose attempts cannot be recorded', async () => {
  await broken('mails', 'update of attempts');
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
  await handleOf(cast.offboardingId).result();
  const mail = () => database.em.fork().findOneOrFail(Mail, { userId: cast.mira.id });
  const handle = client.workflow.getHandle(mailWorkflowId((await mail()).id));
  await handle.result();
  expect(await mail()).toMatchObject({ state: 'failed' });
  await keep('mail-never-tried', handle);
});
