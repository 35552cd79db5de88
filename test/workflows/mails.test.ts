import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeLinks } from '../../activities/mail/links.ts';
import { smtpMailer } from '../../activities/mail/mailer.ts';
import { cutDigests } from '../../database/digests.ts';
import { Mail, Notification } from '../../database/entities/index.ts';
import { chooseMail } from '../../database/mail-choices.ts';
import { mailTokens } from '../../database/mail-tokens.ts';
import { setEndDate } from '../../database/offboardings.ts';
import { sqlOf } from '../../database/tables.ts';
import { updateUser } from '../../database/users.ts';
import { addDays, todayIn } from '../../domain/dates.ts';
import { createDigester } from '../../worker/mails.ts';
import { complete, mailWorkflowId, retryNow } from '../../workflows/messages.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { clearChecklist } from '../support/clearing.ts';
import { ownDatabase } from '../support/database.ts';
import { eventually, ownEngine, testKey, testWorld } from '../support/engine.ts';
import { csvOf, importing } from '../support/importing.ts';
import { refusal, startMailServer, type TakenMail } from '../support/smtp.ts';

const { database } = await ownDatabase();
const own = await ownEngine(database);
const server = await startMailServer();
const links = makeLinks('https://lastday.halden.example', mailTokens(testKey));
const mail = {
  mailer: smtpMailer(`${server.url}?connectionTimeout=2000`, {
    name: 'Lastday',
    address: 'it@halden.example',
  }),
  links,
};
const world = { ...testWorld(database), mail };
await own.startWorker(world);
const digest = createDigester({ database, engine: own.engine, isOn: true, quietMs: 0 });

beforeEach(async () => {
  server.taken.length = 0;
  Object.assign(server.behaviour, { onReceiver: () => null, onMessage: () => null, delayMs: 0 });
  await server.stop();
  await server.start();
});

const em = () => database.em.fork();
const mailsTo = (userId: number) => em().find(Mail, { userId }, { orderBy: { id: 'asc' } });
const takenBy = (email: string): TakenMail[] => server.taken.filter(({ to }) => to.includes(email));
const flat = ({ text }: TakenMail) => text.replace(/\s+/g, ' ');
const completed = async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const begun = Date.now();
  const { outcome } = await own.ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
  expect(outcome).toBe('completed');
  return { ...cast, tookMs: Date.now() - begun };
};
const handleOf = (mailId: number) => own.client.workflow.getHandle(mailWorkflowId(mailId));
/** The first mail of a person, once it was tried so often. */
const untilTried = (userId: number, attempts: number) =>
  eventually(async () => (await mailsTo(userId)).find((row) => row.attempts >= attempts) ?? null);
/** The first mail of a person, once it is closed. */
const untilClosed = (userId: number) =>
  eventually(async () => (await mailsTo(userId)).find((row) => row.state !== 'pending') ?? null);
/** The first mail that the server took for an address. */
const untilTaken = (email: string) => eventually(async () => takenBy(email)[0] ?? null);

describe('the manager’s mail about a completion', () => {
  it('arrives once, with the right words and a way to stop it', async () => {
    const { lena, mira } = await completed();
    const arrived = await untilTaken(mira.email);
    expect(arrived.headers).toMatchObject({
      subject: 'Lena Brandt has been offboarded',
      'list-unsubscribe': `<${links.unsubscribe(mira.id, 'completions')}>`,
    });
    expect(flat(arrived)).toContain('2 people reported to Lena Brandt and have no manager now.');
    expect(arrived.html).toContain('2 people reported to Lena Brandt');
    const [row] = await mailsTo(mira.id);
    await handleOf(row!.id).result();
    expect((await mailsTo(mira.id)).map(({ state, attempts }) => [state, attempts])).toEqual([['sent', 1]]);
    expect(takenBy(mira.email)).toHaveLength(1);
    expect(takenBy(lena.email)).toEqual([]);
  });

  it('is not waited for while the server is down, and arrives once when it is back', async () => {
    await server.stop();
    const { mira, tookMs } = await completed();
    const tried = await untilTried(mira.id, 1);
    expect(tookMs).toBeLessThan(5_000);
    expect(tried).toMatchObject({ state: 'pending', outcome: 'connection_failed' });
    await server.start();
    await handleOf(tried.id).signal(retryNow);
    await handleOf(tried.id).result();
    expect(takenBy(mira.email)).toHaveLength(1);
    expect(await mailsTo(mira.id)).toMatchObject([{ state: 'sent', attempts: 2 }]);
  });

  it('is not waited for while the server thinks', async () => {
    server.behaviour.delayMs = 7_000;
    const { mira, tookMs } = await completed();
    expect(tookMs).toBeLessThan(5_000);
    expect(takenBy(mira.email)).toEqual([]);
    await eventually(async () => takenBy(mira.email).length === 1, 20_000);
  });

  it('that is refused for now is tried again, one that is refused for good is given up and told', async () => {
    server.behaviour.onReceiver = () => refusal(451, 'Later');
    const cast = await completed();
    const tried = await untilTried(cast.mira.id, 1);
    expect(tried).toMatchObject({ state: 'pending', outcome: 'put_off' });
    expect(tried.nextTryAt.getTime()).toBeGreaterThan(Date.now() + 20_000);
    server.behaviour.onReceiver = (address) => refusal(550, `${address} is unknown`);
    await handleOf(tried.id).signal(retryNow);
    await handleOf(tried.id).result();
    expect(await mailsTo(cast.mira.id)).toMatchObject([{ state: 'failed', outcome: 'refused', attempts: 2 }]);
    const told = await em().find(Notification, {
      userId: cast.ada.id,
      kind: 'mail_failed',
      aboutUserId: cast.mira.id,
    });
    expect(told.map(({ details }) => details)).toEqual([
      { mailId: tried.id, mail: 'completions', outcome: 'refused' },
    ]);
  });

  it('puts neither a name nor an address into the engine', async () => {
    server.behaviour.onReceiver = (address) => refusal(550, `${address} is unknown`);
    const { mira } = await completed();
    const row = await untilClosed(mira.id);
    const history = JSON.stringify(await handleOf(row.id).fetchHistory());
    const decoded = history.replace(/"([A-Za-z0-9+/=]{8,})"/g, (_, text: string) =>
      Buffer.from(text, 'base64').toString(),
    );
    for (const secret of [mira.email, 'mira', 'Mira', 'Lena', '127.0.0.1', 'unknown']) {
      expect(history + decoded).not.toContain(secret);
    }
  });

  it('is not written when they do not want it', async () => {
    const cast = await makeCast(database);
    await chooseMail(database.em, cast.mira.id, ['completions']);
    await clearChecklist(database, cast);
    await own.ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
    expect(await mailsTo(cast.mira.id)).toEqual([]);
    expect(await em().count(Notification, { userId: cast.mira.id, kind: 'offboarding_completed' })).toBe(1);
  });
});

describe('the day’s reminders', () => {
  /** Lena's last day was yesterday where she is; her reminder has come. */
  async function overdue(zone: string, itAdminZone = 'Europe/Berlin'): Promise<Cast> {
    const cast = await makeCast(database, 20);
    await updateUser(database.em, 'system', cast.ivo.id, { timeZone: itAdminZone });
    await updateUser(database.em, 'system', cast.lena.id, { timeZone: zone });
    await setEndDate(database.em, 'system', cast.lena.id, addDays(todayIn(zone, new Date()), -1));
    await own.relay();
    await eventually(() => em().count(Notification, { userId: cast.lena.id }));
    return cast;
  }

  it('reach a leaver a day ahead and one a day behind, their managers and the IT admins, once each', async () => {
    const tonga = await overdue('Pacific/Tongatapu');
    const samoa = await overdue('Pacific/Pago_Pago');
    await Promise.all([digest(), digest()]);
    await digest();
    const receivers = [tonga.lena, tonga.mira, tonga.ivo, samoa.lena, samoa.mira, samoa.ivo];
    await expect
      .poll(() => receivers.filter(({ email }) => takenBy(email).length > 0), { timeout: 15_000 })
      .toHaveLength(6);
    await digest();

    for (const { lena, mira } of [tonga, samoa]) {
      const [toLena] = takenBy(lena.email);
      expect(toLena!.headers.subject).toBe('Your last day was yesterday: please give back 1 device');
      expect(flat(toLena!)).toContain('ThinkPad T14');
      const [toMira] = takenBy(mira.email);
      expect(toMira!.headers.subject).toBe(
        'Lena Brandt had their last day yesterday: 1 device, 1 license and 1 request still open',
      );
    }
    // The IT admin of the first was there when the second one's reminder came.
    const [toIvo] = takenBy(tonga.ivo.email);
    expect(toIvo!.headers.subject).toBe('2 people with something to clear, 2 of them overdue');
    expect(flat(toIvo!).match(/it ended .{20,40}? \(Europe\/Berlin\)/g)).toHaveLength(2);
    for (const { email } of receivers) expect(takenBy(email)).toHaveLength(1);
  });

  it('do not ask for what came back before they went out', async () => {
    const cast = await overdue('UTC');
    await clearChecklist(database, cast);
    await digest();
    expect(await untilClosed(cast.lena.id)).toMatchObject({ state: 'withheld' });
    expect(takenBy(cast.lena.email)).toEqual([]);
    const toIvo = await untilTaken(cast.ivo.email);
    expect(toIvo.headers.subject).toBe('Lena Brandt is ready to be marked as offboarded');
  });

  it('wait for a server that is away, and are the same mail when they are sent again', async () => {
    await server.stop();
    const cast = await overdue('UTC');
    await digest();
    const tried = await untilTried(cast.lena.id, 1);
    await server.start();
    await handleOf(tried.id).signal(retryNow);
    await handleOf(tried.id).result();
    const [toLena] = takenBy(cast.lena.email);
    expect(toLena!.headers['message-id']).toBe(
      `<mail-${tried.id}-${tried.createdAt.getTime()}@halden.example>`,
    );
  });
});

it('the end of an import reaches whoever started it, with its counts and a link to it', async () => {
  const { nora, emil } = await makeCast(database);
  const files = importing(database, `user:${nora.id}`);
  const { id } = await files.run(
    'users',
    csvOf(['email', 'department'], [emil.email, 'Moved'], ['nobody', '']),
  );
  await digest();
  const letter = await untilTaken(nora.email);
  expect(letter.headers.subject).toBe('An import has ended');
  expect(flat(letter)).toContain('0 added, 1 changed, 0 unchanged, 1 with errors.');
  expect(letter.text).toContain(`https://lastday.halden.example/imports/${id}`);
});

describe('a mail whose process is lost', () => {
  it('has another one, and is sent once', async () => {
    const { mira } = await makeCast(database);
    const notification = em().create(Notification, {
      userId: mira.id,
      kind: 'tokens_ended',
      details: { tokens: ['hr'] },
    });
    const fork = em();
    await fork.persist(notification).flush();
    // The worker died before it could start what it had cut.
    const [mailId] = await cutDigests(em(), 0, new Date(Date.now() + 1_000));
    await eventually(async () => {
      await own.reconcile();
      return takenBy(mira.email).length > 0;
    });
    await handleOf(mailId!).result();
    await own.reconcile();
    expect(takenBy(mira.email)).toHaveLength(1);
    expect(takenBy(mira.email)[0]!.headers.subject).toBe('Lastday needs attention');
  });
});

it('where no mail server is set, nothing is sent and nothing is kept for later', async () => {
  const cast = await makeCast(database);
  await sql`insert into mails (user_id, kind, day) values (${cast.mira.id}, 'reminders', '2026-01-01')`.execute(
    sqlOf(em()),
  );
  await createDigester({ database, engine: own.engine, isOn: false })();
  expect(await mailsTo(cast.mira.id)).toMatchObject([{ state: 'withheld' }]);
  expect(await em().count(Notification, { mailConsideredAt: null })).toBe(0);
});
