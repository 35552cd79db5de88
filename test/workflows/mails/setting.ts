import { beforeEach } from 'vitest';
import { makeLinks } from '../../../activities/mail/links.ts';
import { smtpMailer } from '../../../activities/mail/mailer.ts';
import { Mail } from '../../../database/entities/index.ts';
import { mailTokens } from '../../../database/mail/tokens.ts';
import { mailWorkflowId } from '../../../engine/contract.ts';
import { eventually, ownEngine, testDependencies, testKey } from '../../../testing/cast/engine.ts';
import { startMailServer, type TakenMail } from '../../../testing/outside/smtp.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { createDigestStarter } from '../../../worker/starters.ts';

export const links = makeLinks('https://lastday.halden.example', mailTokens(testKey));

/**
 * Starts a worker that sends mails to a server of the test file. Before each test the server is up, empty and accepts
 * everything. `digest` turns the pending notifications into mails at once.
 */
export async function ownMailing() {
  const { database } = await ownDatabase();
  const own = await ownEngine(database);
  const server = await startMailServer();
  const mailer = smtpMailer(`${server.url}?connectionTimeout=2000`, {
    name: 'Lastday',
    address: 'it@halden.example',
  });
  await own.startWorker({ ...testDependencies(database), mail: { mailer, links } });

  beforeEach(async () => {
    server.taken.length = 0;
    Object.assign(server.behaviour, { onReceiver: () => null, onMessage: () => null, delayMs: 0 });
    await server.stop();
    await server.start();
  });

  const em = () => database.em.fork();
  const mailsTo = (userId: number) => em().find(Mail, { userId }, { orderBy: { id: 'asc' } });
  const takenBy = (email: string): TakenMail[] => server.taken.filter(({ to }) => to.includes(email));

  return {
    database,
    own,
    server,
    digest: createDigestStarter({
      database,
      engine: own.engine,
      sendBatch: own.sendBatch,
      isOn: true,
      quietMs: 0,
    }),
    em,
    mailsTo,
    takenBy,
    handleOf: (mailId: number) => own.client.workflow.getHandle(mailWorkflowId(mailId)),
    /** Waits until the first mail of a person has had this many attempts. */
    untilTried: (userId: number, attempts: number) =>
      eventually(async () => (await mailsTo(userId)).find((row) => row.attempts >= attempts) ?? null),
    /** Waits until the first mail of a person is closed. */
    untilClosed: (userId: number) =>
      eventually(async () => (await mailsTo(userId)).find((row) => row.state !== 'pending') ?? null),
    /** Waits for the first mail that the server accepts for an address. */
    untilTaken: (email: string) => eventually(async () => takenBy(email)[0] ?? null),
  };
}

/** The text of a mail in one line. */
export const flat = ({ text }: TakenMail) => text.replace(/\s+/g, ' ');
