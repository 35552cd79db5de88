import { describe, expect, test } from 'vitest';
import { Notification } from '../../../database/entities/index.ts';
import { updateMailPreferences } from '../../../database/mail/preferences.ts';
import { complete, retryNow } from '../../../engine/contract.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { refusal } from '../../../testing/outside/smtp.ts';
import { flat, links, ownMailing } from './setting.ts';

const { database, own, server, em, mailsTo, takenBy, handleOf, untilTried, untilClosed, untilTaken } =
  await ownMailing();

const completed = async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const begun = Date.now();
  const { outcome } = await own.ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
  expect(outcome).toBe('completed');
  return { ...cast, tookMs: Date.now() - begun };
};

describe('the manager’s mail about a completion', () => {
  test('arrives once, with the right text and a link to unsubscribe', async () => {
    const { lena, mira } = await completed();
    const arrived = await untilTaken(mira.email);
    expect(arrived.headers).toMatchObject({
      subject: 'Lena Brandt is now offboarded',
      'list-unsubscribe': `<${links.unsubscribe(mira.id, 'completions')}>`,
    });
    expect(flat(arrived)).toContain('2 people who reported to Lena Brandt now have no manager.');
    expect(arrived.html).toContain('2 people who reported to Lena Brandt');
    const [row] = await mailsTo(mira.id);
    await handleOf(row!.id).result();
    expect((await mailsTo(mira.id)).map(({ state, attempts }) => [state, attempts])).toEqual([['sent', 1]]);
    expect(takenBy(mira.email)).toHaveLength(1);
    expect(takenBy(lena.email)).toEqual([]);
  });

  test('does not delay the completion while the mail server is down, and arrives once later', async () => {
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

  test('does not delay the completion while the mail server is slow', async () => {
    server.behaviour.delayMs = 4_000;
    const { mira, tookMs } = await completed();
    expect(tookMs).toBeLessThan(4_000);
    expect(takenBy(mira.email)).toEqual([]);
    await eventually(async () => takenBy(mira.email).length === 1, 20_000);
  });

  test('is retried after a temporary refusal, and given up with a notification after a permanent one', async () => {
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

  test('sends neither a name nor an address to Temporal', async () => {
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

  test('is not created when the manager has turned it off', async () => {
    const cast = await makeCast(database);
    await updateMailPreferences(database.em, cast.mira.id, ['completions']);
    await clearChecklist(database, cast);
    await own.ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
    expect(await mailsTo(cast.mira.id)).toEqual([]);
    expect(await em().count(Notification, { userId: cast.mira.id, kind: 'offboarding_completed' })).toBe(1);
  });
});
