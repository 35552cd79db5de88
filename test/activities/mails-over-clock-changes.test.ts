import { beforeAll, describe, expect, test } from 'vitest';
import { composeMail } from '../../activities/mail/compose.ts';
import { makeLinks } from '../../activities/mail/links.ts';
import { smtpMailer } from '../../activities/mail/mailer.ts';
import { remindersMail } from '../../activities/mail/templates/reminders.ts';
import { Offboarding, User } from '../../database/entities/index.ts';
import { assignAsset } from '../../database/inventory/assignments.ts';
import { remindedLeavers } from '../../database/mail/contents.ts';
import { createDueDigests } from '../../database/mail/digests.ts';
import { recordMailAttempt, waitingMail } from '../../database/mail/mails.ts';
import { mailTokens } from '../../database/mail/tokens.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { fireReminder, nextReminder } from '../../database/offboarding/reminders.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { testKey } from '../../testing/cast/engine.ts';
import { startMailServer, type TakenMail } from '../../testing/outside/smtp.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

// Two leavers whose last day is 5 April 2027, which ends 23 hours apart. Lena is in Auckland, UTC+13
// until clocks go back on 4 April, then UTC+12. Emil is in Pago Pago, UTC−11. Their manager is in
// Santiago, where clocks go back on 4 April too. The IT admin is in Berlin, where clocks went forward on
// 28 March. The test advances the time hour by hour.
const lastDay = '2027-04-05';
const zones = {
  lena: 'Pacific/Auckland',
  emil: 'Pacific/Pago_Pago',
  mira: 'America/Santiago',
  ivo: 'Europe/Berlin',
} as const;

const { database } = await ownDatabase();
const { em } = database;
const server = await startMailServer();
const mailer = smtpMailer(server.url, { name: 'Lastday', address: 'it@halden.example' });
const links = makeLinks('https://lastday.halden.example', mailTokens(testKey));

let cast: Cast;
/** The mails that each of them got, with their times. */
const mails: { at: string; to: keyof typeof zones; mail: TakenMail }[] = [];

beforeAll(async () => {
  cast = await makeCast(database);
  for (const [name, timeZone] of Object.entries(zones))
    await em.fork().nativeUpdate(User, { id: cast[name as 'lena'].id }, { timeZone });
  await assignAsset(em, 'system', cast.spare.id, cast.emil.id);
  const before = new Date('2027-03-20T12:00:00Z');
  for (const { id } of [cast.lena, cast.emil]) await setEndDate(em, 'token:hr', id, lastDay, before);
  const end = Date.parse('2027-04-09T00:00:00Z');
  for (let hour = before.getTime(); hour < end; hour += 3_600_000) await pass(new Date(hour));
}, 120_000);

/** What a worker does in each hour. */
async function pass(now: Date) {
  for (const { id } of await em.fork().find(Offboarding, { state: 'open' })) {
    const next = await nextReminder(em.fork(), id);
    if (next !== null && next.dueAt <= now.getTime()) await fireReminder(em, next.id, now);
  }
  for (const mailId of await createDueDigests(em.fork(), 0, now)) {
    const mail = (await waitingMail(em.fork(), mailId, 1))!;
    const receiver = mail.receiver!;
    const letter = remindersMail(await remindedLeavers(em.fork(), mailId, now), receiver, links)!;
    const outcome = await mailer.send(composeMail({ ...mail, receiver }, letter, links, mailer.domain), {
      signal: new AbortController().signal,
      onError: (error) => {
        throw error;
      },
    });
    await recordMailAttempt(em.fork(), mailId, { number: 1, outcome }, now);
    const to = (Object.keys(zones) as (keyof typeof zones)[]).find((name) => cast[name].id === receiver.id)!;
    mails.push({ at: `${now.toISOString().slice(0, 16)}Z`, to, mail: server.taken.at(-1)! });
  }
}

const gotBy = (who: keyof typeof zones) =>
  mails.filter(({ to }) => to === who).map(({ at, mail }) => `${at} ${mail.headers.subject}`);
const textTo = (who: keyof typeof zones, at: string) =>
  mails.find((each) => each.to === who && each.at === at)!.mail.text.replace(/\s+/g, ' ');

const ofLena = '1 device, 1 seat and 1 request to clear';
const ofBoth = [
  `2027-03-28T11:00Z Lena Brandt leaves on Mon 5 April 2027: ${ofLena}`,
  '2027-03-29T11:00Z Emil Novák leaves on Mon 5 April 2027: 1 device to clear',
  `2027-04-03T11:00Z Lena Brandt leaves on Mon 5 April 2027: ${ofLena}`,
  '2027-04-04T11:00Z Emil Novák leaves on Mon 5 April 2027: 1 device to clear',
  `2027-04-05T12:00Z Lena Brandt left on Mon 5 April 2027: ${ofLena}`,
  '2027-04-06T11:00Z Emil Novák left on Mon 5 April 2027: 1 device to clear',
  `2027-04-08T12:00Z Lena Brandt left on Mon 5 April 2027: ${ofLena}`,
];

describe('over DST changes', () => {
  test('a leaver in Auckland gets mails at local midnight, before and after the change', () => {
    expect(gotBy('lena')).toEqual([
      '2027-03-28T11:00Z Your last day is Mon 5 April 2027: please return 1 device',
      '2027-04-03T11:00Z Your last day is Mon 5 April 2027: please return 1 device',
      '2027-04-05T12:00Z Your last day was Mon 5 April 2027: please return 1 device',
      '2027-04-08T12:00Z Your last day was Mon 5 April 2027: please return 1 device',
    ]);
    expect(textTo('lena', '2027-03-28T11:00Z')).toContain('ThinkPad T14');
  });

  test('a leaver in UTC−11 gets the same mails at their local midnight', () => {
    expect(gotBy('emil')).toEqual([
      '2027-03-29T11:00Z Your last day is Mon 5 April 2027: please return 1 device',
      '2027-04-04T11:00Z Your last day is Mon 5 April 2027: please return 1 device',
      '2027-04-06T11:00Z Your last day was Mon 5 April 2027: please return 1 device',
    ]);
  });

  test('manager and IT admin get one mail for each reminder, at the leaver’s midnight', () => {
    expect(gotBy('mira')).toEqual(ofBoth);
    expect(gotBy('ivo')).toEqual(ofBoth);
  });

  test("every mail states the end of the day in the reader's zone and offset on that day", () => {
    const ends = 'ends Mon 5 April 2027, ';
    expect(textTo('ivo', '2027-03-28T11:00Z')).toContain(`${ends}14:00 Europe/Berlin`);
    expect(textTo('mira', '2027-03-28T11:00Z')).toContain(`${ends}08:00 America/Santiago`);
    expect(textTo('ivo', '2027-04-06T11:00Z')).toContain('ended Tue 6 April 2027, 13:00 Europe/Berlin');
  });
});
