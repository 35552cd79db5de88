import { beforeEach, describe, expect, test } from 'vitest';
import { Mail, WebhookDelivery } from '../../../database/entities/index.ts';
import { assignAsset, recoverAsset } from '../../../database/inventory/assignments.ts';
import { undoRecovery } from '../../../database/inventory/corrections.ts';
import { resolveRequest } from '../../../database/inventory/requests.ts';
import { revokeSeat } from '../../../database/inventory/seats.ts';
import { undoAssignment } from '../../../database/inventory/undo-assignment.ts';
import { readChecklistPage } from '../../../database/offboarding/checklist-page.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { openForCompletion } from '../../../database/offboarding/completion-without-end-date.ts';
import { recordFailedStep } from '../../../database/offboarding/failed-steps.ts';
import { cancelOffboarding } from '../../../database/offboarding/offboardings.ts';
import { readRecord } from '../../../database/offboarding/record.ts';
import { fireReminder } from '../../../database/offboarding/reminders.ts';
import { erasePerson } from '../../../database/people/erasure.ts';
import { mergePeople } from '../../../database/people/merging/merge.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { closeSent } from '../../../testing/cast/former-employees.ts';
import { reminderNamed } from '../../../testing/cast/reminders.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { deliveriesTo, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const web = await startWeb(own);
let cast: Cast;

beforeEach(async () => {
  cast = await makeCast(database, 20);
});

const today = new Date().toLocaleDateString('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

const complete = () => completeOffboarding(em, cast.offboardingId, `user:${cast.nora.id}`);

/** The text of a page for a reader. */
async function textFor(reader: { email: string }, path: string): Promise<string> {
  const { text } = await (await web.signIn(reader.email)).get(path);
  return /<main[\s\S]*<\/main>/
    .exec(text)![0]
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ([.,])/g, '$1');
}

const record = (reader = cast.ivo, person = cast.lena) => textFor(reader, `/offboarding/${person.id}`);

describe('the page of a completed offboarding', () => {
  test('is a record: what came back, what was closed and how, each by whom and when', async () => {
    const { ivo, nora, laptop, license, seatId, requestId } = cast;
    const lost = { condition: 'worn', nextStatus: 'in_repair', note: 'Fan is loud' } as const;
    await recoverAsset(em, `user:${ivo.id}`, laptop.id, lost);
    await revokeSeat(em, 'token:hr', seatId);
    await resolveRequest(em, `user:${nora.id}`, requestId, {
      outcome: 'cancelled',
      note: 'Leaves',
      assetId: null,
    });
    await complete();
    const text = await record();
    expect(text).toContain(`Completed by Nora Keller on ${today}`);
    expect(text).toContain(`Started by Nora Keller on ${today}`);
    expect(text).toContain('2 direct reports now have no manager.');
    expect(text).toContain(`${laptop.tag} · Serial`);
    expect(text).toContain(`Recovered in worn condition, now in repair by Ivo Marin on ${today}`);
    expect(text).toContain('Fan is loud');
    expect(text).toContain(`${license.name} Figma · Revoked by the API token “hr” on ${today}`);
    expect(text).toMatch(new RegExp(`Second monitor Cancelled by Nora Keller on ${today}.* Leaves`));
    for (const gone of ['Complete offboarding', ' in 20 days', 'Skipped', 'Scheduled', 'to recover'])
      expect(text).not.toContain(gone);
  });

  test('lists no device that was assigned by mistake', async () => {
    const { lena, ivo, spare, laptop } = cast;
    const mistake = await assignAsset(em, `user:${ivo.id}`, spare.id, lena.id);
    await undoAssignment(em, `user:${ivo.id}`, spare.id, mistake, 'undo');
    await clearChecklist(database, cast);
    await complete();
    const { devices } = await readRecord(em, lena.id);
    expect(devices.map(({ tag }) => tag)).toEqual([laptop.tag]);
  });

  test('lists the reminders that were sent, with their receivers, and none that was not', async () => {
    const { id, dueAt } = await reminderNamed(database, cast.lena.id, '7 before');
    await fireReminder(em, id, dueAt);
    await recordFailedStep(em, cast.offboardingId, 'sending');
    await clearChecklist(database, cast);
    await complete();
    const text = await record();
    expect(text).toMatch(
      /Reminder: 7 days before the last day .+ Universal Time to [^:]*Ivo Marin.* Lena Brandt, Mira Holt A step failed/,
    );
    expect(text).toMatch(/Offboarding completed .+ Universal Time to Mira Holt/);
    expect(text).toMatch(/A step failed .+ Universal Time to [^:]*Ada Lindqvist/);
    expect(text).not.toContain('1 day before the last day');
    expect(text).toContain('Mira Holt Pending Offboarding completed');
  });

  test('shows what was sent where, and the whole address only to those who manage webhooks', async () => {
    const { id } = await subscribe(database, 'https://hooks.example/secret-path', ['user.offboarded']);
    await clearChecklist(database, cast);
    await complete();
    await closeSent(database);
    expect((await deliveriesTo(database, id)).map(({ type }) => type)).toEqual(['user.offboarded']);
    const forIvo = await record();
    expect(forIvo).toMatch(/user\.offboarded Delivered https:\/\/hooks\.example\/… · \d/);
    expect(forIvo).not.toContain('secret-path');
    expect(await record(cast.ada)).toContain('user.offboarded Delivered https://hooks.example/secret-path');
    expect(forIvo).toContain('Mira Holt Sent Offboarding completed');
    await em.fork().nativeUpdate(WebhookDelivery, { endpointId: id }, { state: 'failed' });
    const failed = await record();
    expect(failed).toContain('Webhooks 1 not delivered user.offboarded Failed https://hooks.example/…');
    expect(failed).toContain('A super admin can send them again.');
  });

  test('shows failed mails and the last eight others, and unfolds the earlier ones', async () => {
    const { mira, offboardingId } = cast;
    await clearChecklist(database, cast);
    await complete();
    const fork = em.fork();
    const common = { userId: mira.id, kind: 'completions', offboardingId, closedAt: new Date() } as const;
    fork.create(Mail, { ...common, state: 'failed', outcome: 'refused' });
    for (let count = 0; count < 10; count++) fork.create(Mail, { ...common, state: 'sent' });
    await fork.flush();
    const text = await record();
    expect(text).toContain('· The mail server refused the recipient or the message');
    expect(text.indexOf('Failed')).toBeLessThan(text.indexOf('Sent'));
    expect(text).toContain('3 earlier');
  });

  test('keeps a recovery that was corrected, and how the device came back at last', async () => {
    const { ivo, nora, laptop } = cast;
    await clearChecklist(database, cast);
    await complete();
    await undoRecovery(em, `user:${nora.id}`, laptop.id);
    const corrected = await record();
    expect(corrected).toContain(`Recovered in good condition, now in stock by Ivo Marin on ${today}`);
    expect(corrected).toContain(`Recovery undone by Nora Keller on ${today}`);
    expect(corrected).toContain('Still out Recover');
    expect(corrected).toContain('Hardware still out: 1 device. The offboarding stays completed.');
    const broken = { condition: 'broken', nextStatus: 'retired', note: 'Came by post' } as const;
    await recoverAsset(em, `user:${ivo.id}`, laptop.id, broken);
    const back = await record();
    expect(back).toContain(`Recovered in broken condition, now retired by Ivo Marin on ${today}`);
    expect(back).toContain('Came by post');
    expect(back).not.toContain('Still out');
  });

  test('shows what was closed on a record that was merged into it', async () => {
    const { ivo, nora, lena, emil, laptop } = cast;
    await recoverAsset(em, `user:${ivo.id}`, laptop.id, {
      condition: 'good',
      nextStatus: 'in_stock',
      note: null,
    });
    await mergePeople(em, `user:${nora.id}`, lena.id, emil.id);
    await revokeSeat(em, `user:${ivo.id}`, cast.seatId);
    await resolveRequest(em, `user:${ivo.id}`, cast.requestId, {
      outcome: 'rejected',
      note: null,
      assetId: null,
    });
    const admin = await web.signIn(ivo.email);
    const { offboarding } = await readChecklistPage(em, emil.id);
    await completeOffboarding(em, offboarding!.id, `user:${nora.id}`);
    const text = await record(ivo, emil);
    expect(text).toContain(laptop.tag);
    expect(text).toContain('Recovered hardware 1');
    expect(text).toContain('Revoked seats 1');
    expect(text).toContain('Second monitor Rejected by Ivo Marin');
    expect((await admin.get(`/offboarding/${lena.id}`)).location).toBe(`/offboarding/${emil.id}`);
  });

  test('shows people who were erased as former employees', async () => {
    const { ivo, lena, mira, ada } = cast;
    await clearChecklist(database, cast);
    await complete();
    await closeSent(database);
    await erasePerson(em, `user:${ada.id}`, lena.id);
    const text = await record(ivo, lena);
    expect(text).toContain(`Former employee #${lena.id}`);
    expect(text).not.toContain('Lena');
    expect(text).toContain('Recovered in good condition');
    expect(text).toContain(mira.name);
  });

  test('shows what was cleared before an early offboarding, which has no end date', async () => {
    const { ivo, nora, emil, spare } = cast;
    await assignAsset(em, 'system', spare.id, emil.id);
    await recoverAsset(em, `user:${ivo.id}`, spare.id, {
      condition: 'good',
      nextStatus: 'in_stock',
      note: null,
    });
    const { id } = await openForCompletion(em, `user:${nora.id}`, emil.id);
    await completeOffboarding(em, id, `user:${nora.id}`);
    expect(await record(ivo, emil)).toContain(spare.tag);
  });

  test('needs no more statements for more items', async () => {
    await clearChecklist(database, cast);
    await complete();
    const ivo = await web.signIn(cast.ivo.email);
    const noise = /^(begin|commit|rollback|set |update "sessions")|from "workspace"/i;
    const sent = await statementsOf(() => ivo.get(`/offboarding/${cast.lena.id}`));
    expect(sent.filter((text) => !noise.test(text))).toHaveLength(4);
  });
});

test('a cancelled offboarding says when and by whom, on both pages of the person', async () => {
  await cancelOffboarding(em, `user:${cast.nora.id}`, cast.lena.id);
  for (const path of [`/offboarding/${cast.lena.id}`, `/users/${cast.lena.id}`]) {
    expect(await textFor(cast.ivo, path)).toMatch(
      new RegExp(`Cancelled on ${today}, \\d\\d:\\d\\d UTC .+ Time by Nora Keller\\.`),
    );
  }
  expect(await record()).not.toContain('Skipped');
});
