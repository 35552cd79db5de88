import { beforeAll, beforeEach, expect, test } from 'vitest';
import { makeLinks } from '../../../activities/mail/links.ts';
import { smtpMailer } from '../../../activities/mail/mailer.ts';
import { AuditEntry, Mail } from '../../../database/entities/index.ts';
import { mailTokens } from '../../../database/mail/tokens.ts';
import { complete } from '../../../engine/contract.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { eventually, ownEngine, testDependencies, testKey } from '../../../testing/cast/engine.ts';
import { refusal, startMailServer } from '../../../testing/outside/smtp.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const engine = await ownEngine(database);
const server = await startMailServer();
const { namespace } = engine;
const web = await startWeb(own, { TEMPORAL_NAMESPACE: namespace, SMTP_URL: server.url });
const webWithoutMail = await startWeb(own, { TEMPORAL_NAMESPACE: namespace });

beforeAll(async () => {
  await engine.startWorker({
    ...testDependencies(database),
    mail: {
      mailer: smtpMailer(server.url, { name: 'Lastday', address: 'it@halden.example' }),
      links: makeLinks('https://lastday.halden.example', mailTokens(testKey)),
    },
  });
});

let cast: Cast;
/** The mail to the manager about a completion, which the server rejected permanently. */
let mail: Mail;

beforeEach(async () => {
  server.taken.length = 0;
  server.behaviour.onReceiver = () => refusal(550);
  cast = await makeCast(database);
  await clearChecklist(database, cast);
  await engine.ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
  mail = await closed();
  expect(mail.state).toBe('failed');
  server.behaviour.onReceiver = () => null;
});

const closed = () =>
  eventually(() => database.em.fork().findOne(Mail, { userId: cast.mira.id, state: { $ne: 'pending' } }));
const address = () => `/mails/${mail.id}/replay`;
const trail = () => database.em.fork().find(AuditEntry, { action: 'mail.replayed', userId: cast.mira.id });

test('a failed mail is sent again from the checklist, once for two clicks', async () => {
  const ivo = await web.signIn(cast.ivo.email);
  const checklist = `/offboarding/${cast.lena.id}`;
  expect((await ivo.get(checklist)).text).toContain(`action="${address()}"`);
  const clicks = await Promise.all([1, 2].map(() => ivo.post(address(), { leaver: `${cast.lena.id}` })));
  expect(clicks.map(({ status, location }) => [status, location])).toEqual(Array(2).fill([303, checklist]));
  expect(await closed()).toMatchObject({ state: 'sent', attempts: 1, outcome: 'sent' });
  expect(server.taken.filter(({ to }) => to.includes(cast.mira.email))).toHaveLength(1);
  expect((await trail()).map(({ actor, details }) => [actor, details])).toEqual([
    [`user:${cast.ivo.id}`, { mailId: mail.id, mail: 'completions' }],
  ]);
  await ivo.get(checklist);
  await ivo.post(address());
  const page = await ivo.get(`/users/${cast.mira.id}`);
  expect(messagesOn(page.text)).toBe('info: This email is already pending or sent.');
  expect(page.text).not.toContain(address());
});

test('the page of its recipient can send it again, and a second rejection fails again', async () => {
  const ivo = await web.signIn(cast.ivo.email);
  const person = `/users/${cast.mira.id}`;
  expect((await ivo.get(person)).text).toContain(`action="${address()}"`);
  server.behaviour.onReceiver = () => refusal(550);
  expect((await ivo.post(address())).location).toBe(person);
  expect(messagesOn((await ivo.get(person)).text)).toBe('success: Email queued.');
  expect(await closed()).toMatchObject({ state: 'failed', attempts: 1 });
  expect((await ivo.get(person)).text).toContain(`action="${address()}"`);
});

test('without a mail server there is no button, and nothing is sent again', async () => {
  const ivo = await webWithoutMail.signIn(cast.ivo.email);
  for (const page of [`/users/${cast.mira.id}`, `/offboarding/${cast.lena.id}`]) {
    const { text } = await ivo.get(page);
    expect(text).toContain('mail server refused the recipient or the message');
    expect(text).not.toContain(address());
  }
  expect((await ivo.post(address())).status).toBe(409);
  expect(await closed()).toMatchObject({ state: 'failed' });
});

test('an unknown mail is a 404, and a malformed leaver is invalid', async () => {
  const ivo = await web.signIn(cast.ivo.email);
  expect((await ivo.post('/mails/999999/replay')).status).toBe(404);
  expect((await ivo.post(address(), { leaver: 'x' })).status).toBe(422);
  expect(await closed()).toMatchObject({ state: 'failed' });
});
