import { LockMode } from '@mikro-orm/postgresql';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  Assignment,
  AuditEntry,
  Notification,
  Request,
  Seat,
  User,
  Workspace,
} from '../../../../database/entities/index.ts';
import { recoverAsset } from '../../../../database/inventory/assignments.ts';
import { createDueDigests } from '../../../../database/mail/digests.ts';
import { remindOfWaiting } from '../../../../database/offboarding/handling/due-waiting.ts';
import { changeOwner } from '../../../../database/offboarding/handling/owner.ts';
import { setWaiting } from '../../../../database/offboarding/handling/waiting.ts';
import { mergePeople } from '../../../../database/people/merging/merge.ts';
import { updateUser } from '../../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const now = new Date('2026-12-01T12:00:00Z');
const courier = { waitingFor: 'courier', until: '2026-12-03' };
const onTheDay = new Date('2026-12-03T00:00:01Z');

let cast: Cast;
beforeEach(async () => {
  await em.fork().nativeUpdate(User, { role: { $ne: 'employee' } }, { role: 'employee' });
  cast = await makeCast(database);
});

const laptop = () => ({ kind: 'hardware', id: cast.laptop.assignmentId }) as const;
const wait = (
  waiting: Parameters<typeof setWaiting>[4] = courier,
  item: Parameters<typeof setWaiting>[3] = laptop(),
) => setWaiting(em, `user:${cast.ivo.id}`, cast.lena.id, item, waiting, now);
const reminders = async () =>
  (
    await em
      .fork()
      .find(Notification, { kind: 'waiting_over', aboutUserId: cast.lena.id }, { orderBy: { id: 'asc' } })
  ).map(({ userId, details }) => ({ userId, ...details }));
const entries = async () =>
  (await em.fork().find(AuditEntry, { userId: cast.lena.id }, { orderBy: { id: 'asc' } })).flatMap(
    ({ action, details }) => (action.startsWith('item.') ? [{ action, ...details }] : []),
  );

describe('an item waits', () => {
  test('for something until a day, and the trail has the day without the text', async () => {
    const { laptop: device, license, seatId, requestId } = cast;
    expect(await wait()).toBe(device.tag);
    await wait();
    await wait({ waitingFor: 'an invoice', until: '2026-12-01' }, { kind: 'software', id: seatId });
    await wait(courier, { kind: 'request', id: requestId });
    expect(await wait(null)).toBe(device.tag);
    await wait(null);
    expect(await entries()).toEqual([
      { action: 'item.waiting_set', tag: device.tag, until: courier.until },
      { action: 'item.waiting_set', license: license.name, until: '2026-12-01' },
      { action: 'item.waiting_set', item: 'Second monitor', until: courier.until },
      { action: 'item.waiting_ended', tag: device.tag },
    ]);
    expect(await em.fork().findOneOrFail(Seat, { id: seatId })).toMatchObject({ waitingFor: 'an invoice' });
    expect(await em.fork().findOneOrFail(Request, { id: requestId })).toMatchObject({
      waitingFor: 'courier',
    });
  });

  test('not until a day that is over, and not when it is closed or of someone else', async () => {
    await expect(wait({ ...courier, until: '2026-11-30' })).rejects.toThrow('Choose today or a later day.');
    await expect(setWaiting(em, 'system', cast.emil.id, laptop(), courier, now)).rejects.toMatchObject({
      code: 'not-leaving',
    });
    await expect(wait(courier, { kind: 'hardware', id: 999_999 })).rejects.toMatchObject({
      code: 'item-closed',
    });
    const back = { condition: 'good', nextStatus: 'in_stock', note: null } as const;
    await recoverAsset(em, 'system', cast.laptop.id, back);
    await expect(wait()).rejects.toMatchObject({ code: 'item-closed' });
  });

  test('also after its holder was merged into another record', async () => {
    await wait();
    await mergePeople(em, 'system', cast.lena.id, cast.emil.id);
    expect(await em.fork().findOneOrFail(Assignment, { id: cast.laptop.assignmentId })).toMatchObject({
      userId: cast.emil.id,
      waitingFor: 'courier',
    });
  });
});

describe('the day of a waiting item', () => {
  test('reminds the owner once, however many workers run', async () => {
    const { lena, nora, laptop: device } = cast;
    await changeOwner(em, 'system', lena.id, nora.id);
    await wait();
    await wait(courier, { kind: 'request', id: cast.requestId });
    await remindOfWaiting(em, new Date('2026-12-02T23:59:59Z'));
    expect(await reminders()).toEqual([]);
    await Promise.all(Array.from({ length: 4 }, () => remindOfWaiting(em, onTheDay)));
    await remindOfWaiting(em, new Date('2026-12-09T12:00:00Z'));
    expect(await reminders()).toEqual(
      expect.arrayContaining([
        { userId: nora.id, tag: device.tag, until: courier.until },
        { userId: nora.id, until: courier.until },
      ]),
    );
    expect(await reminders()).toHaveLength(2);
  });

  test('is left to the next run while the leaver is being changed', async () => {
    const { lena, ivo } = cast;
    await wait();
    const [locked, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    onTestFinished(() => done.resolve());
    const change = em.fork().transactional(async (transaction) => {
      await transaction.findOneOrFail(User, { id: lena.id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      locked.resolve();
      await done.promise;
    });
    await locked.promise;
    await remindOfWaiting(em, onTheDay);
    expect(await reminders()).toEqual([]);
    done.resolve();
    await change;
    await remindOfWaiting(em, onTheDay);
    expect(await reminders()).toMatchObject([{ userId: ivo.id }]);
  });

  test('reminds again on a later day, and not twice for the same', async () => {
    await wait();
    await remindOfWaiting(em, onTheDay);
    await wait({ ...courier, until: '2026-12-05' });
    await wait();
    await remindOfWaiting(em, onTheDay);
    expect(await reminders()).toHaveLength(1);
    await wait({ ...courier, until: '2026-12-05' });
    await remindOfWaiting(em, new Date('2026-12-05T08:00:00Z'));
    expect((await reminders()).map((details) => ('until' in details ? details.until : null))).toEqual([
      '2026-12-03',
      '2026-12-05',
    ]);
  });

  test('reminds the IT admins without an owner, or with one who is suspended', async () => {
    const { ivo, lena, nora } = cast;
    await wait();
    await remindOfWaiting(em, onTheDay);
    expect(await reminders()).toMatchObject([{ userId: ivo.id }]);
    await changeOwner(em, 'system', lena.id, nora.id);
    await updateUser(em, 'system', nora.id, { status: 'suspended' });
    await wait({ ...courier, until: '2026-12-05' });
    await remindOfWaiting(em, new Date('2026-12-05T08:00:00Z'));
    expect(await reminders()).toMatchObject([{ userId: ivo.id }, { userId: ivo.id }]);
  });

  test('begins in the zone of the workspace', async () => {
    await em.fork().nativeUpdate(Workspace, { id: 1 }, { timeZone: 'Asia/Tokyo' });
    await wait();
    await remindOfWaiting(em, new Date('2026-12-02T14:59:59Z'));
    expect(await reminders()).toEqual([]);
    await remindOfWaiting(em, new Date('2026-12-02T15:00:01Z'));
    expect(await reminders()).toHaveLength(1);
    await em.fork().nativeUpdate(Workspace, { id: 1 }, { timeZone: 'UTC' });
  });

  test('reminds of no item that is closed', async () => {
    await wait();
    const back = { condition: 'good', nextStatus: 'in_stock', note: null } as const;
    await recoverAsset(em, 'system', cast.laptop.id, back);
    await remindOfWaiting(em, onTheDay);
    expect(await reminders()).toEqual([]);
  });

  test('is in the mail of reminders', async () => {
    await em.fork().nativeUpdate(Workspace, { id: 1 }, { digestHour: 0 });
    await wait();
    await remindOfWaiting(em, onTheDay);
    await createDueDigests(em.fork(), 0, new Date(Date.now() + 60_000));
    expect(
      await em
        .fork()
        .count(Notification, { kind: 'waiting_over', aboutUserId: cast.lena.id, mailId: { $ne: null } }),
    ).toBe(1);
  });
});
