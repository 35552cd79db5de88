import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { Notification } from '../../../database/entities/index.ts';
import { createDueDigests } from '../../../database/mail/digests.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { createDigestStarter } from '../../../worker/starters.ts';
import { flat, ownMailing } from './setting.ts';

const { database, own, digest, em, mailsTo, takenBy, handleOf, untilTaken } = await ownMailing();

/** Creates a notification that is in no mail yet. */
async function tellOfTokens(userId: number): Promise<void> {
  const fork = em();
  fork.create(Notification, { userId, kind: 'tokens_ended', details: { tokens: ['hr'] } });
  await fork.flush();
}

test('the user who started an import gets a mail at its end, with its counts and a link', async () => {
  const { nora, emil } = await makeCast(database);
  const files = importing(database, `user:${nora.id}`);
  const { id } = await files.run(
    'users',
    csvOf(['email', 'department'], [emil.email, 'Moved'], ['nobody', '']),
  );
  await digest();
  const letter = await untilTaken(nora.email);
  expect(letter.headers.subject).toBe('1 import finished');
  expect(flat(letter)).toContain('0 added, 1 changed, 0 unchanged, 1 with errors.');
  expect(letter.text).toContain(`https://lastday.halden.example/imports/${id}`);
});

describe('a mail whose workflow is lost', () => {
  test('gets another workflow, and is sent once', async () => {
    const { mira } = await makeCast(database);
    await tellOfTokens(mira.id);
    // The worker died after it had created the mail, before it started the workflow.
    const [mailId] = await createDueDigests(em(), 0, new Date(Date.now() + 1_000));
    await eventually(async () => {
      await own.reconcile();
      return takenBy(mira.email).length > 0;
    });
    await handleOf(mailId!).result();
    await own.reconcile();
    expect(takenBy(mira.email)).toHaveLength(1);
    expect(takenBy(mira.email)[0]!.headers.subject).toBe('1 problem in Lastday needs your attention');
  });
});

test('without a mail server no mail is sent or stored', async () => {
  const cast = await makeCast(database);
  await tellOfTokens(cast.mira.id);
  await sql`insert into mails (user_id, kind, day) values (${cast.mira.id}, 'reminders', '2026-01-01')`.execute(
    sqlOf(em()),
  );
  await createDigestStarter({ database, engine: own.engine, sendBatch: own.sendBatch, isOn: false })();
  expect(await mailsTo(cast.mira.id)).toMatchObject([{ state: 'withheld' }]);
  expect(await em().count(Notification, { mailConsideredAt: null })).toBe(0);
});
