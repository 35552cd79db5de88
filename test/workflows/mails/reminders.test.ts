import { describe, expect, test } from 'vitest';
import { Notification } from '../../../database/entities/index.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { updateUser } from '../../../database/people/users.ts';
import { addDays, todayIn } from '../../../domain/dates.ts';
import { retryNow } from '../../../engine/contract.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { flat, ownMailing } from './setting.ts';

const { database, own, server, digest, em, takenBy, handleOf, untilTried, untilClosed, untilTaken } =
  await ownMailing();

describe('the day’s reminders', () => {
  /** Lena's last day was yesterday in her time zone, and her reminder has fired. */
  async function overdue(zone: string, itAdminZone = 'Europe/Berlin'): Promise<Cast> {
    const cast = await makeCast(database, 20);
    await updateUser(database.em, 'system', cast.ivo.id, { timeZone: itAdminZone });
    await updateUser(database.em, 'system', cast.lena.id, { timeZone: zone });
    await setEndDate(database.em, 'system', cast.lena.id, addDays(todayIn(zone, new Date()), -1));
    await own.relay();
    await eventually(() => em().count(Notification, { userId: cast.lena.id }));
    return cast;
  }

  test('reach two leavers in distant time zones, their managers and the IT admins once each', async () => {
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
      expect(toLena!.headers.subject).toMatch(
        /^Your last day was \w{3} \d+ \w+ \d{4}: please return 1 device$/,
      );
      expect(flat(toLena!)).toContain('ThinkPad T14');
      const [toMira] = takenBy(mira.email);
      expect(toMira!.headers.subject).toMatch(
        /^Lena Brandt left on \w{3} \d+ \w+ \d{4}: 1 device, 1 seat and 1 request to clear$/,
      );
    }
    // The first cast's IT admin also gets the second reminder.
    const [toIvo] = takenBy(tonga.ivo.email);
    expect(toIvo!.headers.subject).toBe('2 people with open items, 2 overdue');
    expect(flat(toIvo!).match(/ended .{20,40}? Europe\/Berlin/g)).toHaveLength(2);
    for (const { email } of receivers) expect(takenBy(email)).toHaveLength(1);
  });

  test('do not list items that came back before the mail was sent', async () => {
    const cast = await overdue('UTC');
    await clearChecklist(database, cast);
    await digest();
    expect(await untilClosed(cast.lena.id)).toMatchObject({ state: 'withheld' });
    expect(takenBy(cast.lena.email)).toEqual([]);
    const toIvo = await untilTaken(cast.ivo.email);
    expect(toIvo.headers.subject).toBe("Lena Brandt's offboarding is ready to finalize");
  });

  test('wait while the mail server is down, and a retry sends the same mail', async () => {
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
