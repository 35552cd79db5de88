import { test } from 'vitest';
import { makeLinks } from '../../../activities/mail/links.ts';
import { smtpMailer } from '../../../activities/mail/mailer.ts';
import { Mail } from '../../../database/entities/index.ts';
import { mailTokens } from '../../../database/mail/tokens.ts';
import { complete, mailWorkflowId, retryNow } from '../../../engine/contract.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { eventually, ownEngine, testDependencies, testKey } from '../../../testing/cast/engine.ts';
import { refusal, startMailServer } from '../../../testing/outside/smtp.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { keep } from './keep.ts';

const { database } = await ownDatabase();
const { ask, client, startWorker } = await ownEngine(database);
const server = await startMailServer();
const mailer = smtpMailer(server.url, { name: 'Lastday', address: 'it@halden.example' });
const links = makeLinks('https://lastday.halden.example', mailTokens(testKey));
await startWorker({ ...testDependencies(database), mail: { mailer, links } });

/** The manager's mail about a completion. */
async function mailOfCompletion(onReceiver: () => Error | null = () => null) {
  server.behaviour.onReceiver = onReceiver;
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
  const find = () => database.em.fork().findOneOrFail(Mail, { userId: cast.mira.id });
  const { id } = await find();
  const untilTried = (times: number) => eventually(async () => (await find()).attempts >= times);
  // The offboarding workflow starts the mail's workflow.
  const handle = client.workflow.getHandle(mailWorkflowId(id));
  await eventually(() => handle.describe().catch(() => null));
  return { handle, untilTried };
}

test('sent at once', async () => {
  const { handle } = await mailOfCompletion();
  await handle.result();
  await keep('mail-sent', handle);
});

test('sent at the second attempt', async () => {
  const { handle, untilTried } = await mailOfCompletion(() => refusal(451));
  await untilTried(1);
  server.behaviour.onReceiver = () => null;
  await handle.signal(retryNow);
  await handle.result();
  await keep('mail-sent-at-the-second-try', handle);
});

test('refused for good', async () => {
  const { handle } = await mailOfCompletion(() => refusal(550));
  await handle.result();
  await keep('mail-refused', handle);
});

test('waiting for its next attempt', async () => {
  const { handle, untilTried } = await mailOfCompletion(() => refusal(451));
  await untilTried(1);
  await keep('mail-waiting', handle);
});
