import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { openCountsOf } from '../../../database/core/checklist-sql.ts';
import { Outbox, Seat, User } from '../../../database/entities/index.ts';
import { licenseById } from '../../../database/inventory/licenses.ts';
import { assignSeat, revokeSeat, seatsInUse } from '../../../database/inventory/seats.ts';
import { updateUser } from '../../../database/people/users.ts';
import { NotFound, Refusal } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { entriesAbout } from '../offboarding/traces.ts';

const { database, url } = await ownDatabase();
const { em } = database;

const usedOf = async (licenseId: number) => (await licenseById(em, licenseId)).seatsUsed;

describe('assigning a seat', () => {
  test('counts it, records it and writes an outbox row', async () => {
    const { emil, ivo, license } = await makeCast(database);
    const seatId = await assignSeat(em, `user:${ivo.id}`, license.id, emil.id);

    expect(await usedOf(license.id)).toBe(2);
    expect((await entriesAbout(database, emil.id)).at(-1)).toMatchObject({
      actor: `user:${ivo.id}`,
      action: 'seat.assigned',
      details: { seatId, licenseId: license.id, license: license.name },
    });
    expect(await em.fork().find(Outbox, { userId: emil.id })).toMatchObject([{ facts: ['seats'] }]);
    expect((await em.fork().findOneOrFail(User, { id: emil.id })).revision).toBe(1);
  });

  test('is refused to a person who has one', async () => {
    const { lena, license } = await makeCast(database);
    await expect(assignSeat(em, 'system', license.id, lena.id)).rejects.toEqual(
      new Refusal('already-has-seat', `${lena.name} already has a seat for ${license.name}.`),
    );
  });

  test('is refused when none is free', async () => {
    const { emil, rosa, timo, license } = await makeCast(database);
    await assignSeat(em, 'system', license.id, emil.id);
    await assignSeat(em, 'system', license.id, rosa.id);
    await expect(assignSeat(em, 'system', license.id, timo.id)).rejects.toEqual(
      new Refusal('no-seat-left', `${license.name} has no free seats.`),
    );
    expect((await openCountsOf(em, timo.id)).software).toBe(0);
  });

  test.each([
    ['suspended', 'is suspended'],
    ['offboarded', 'is offboarded'],
  ] as const)('to a person who is %s is refused', async (status, words) => {
    const { emil, license } = await makeCast(database);
    await updateUser(em, 'system', emil.id, { status });
    await expect(assignSeat(em, 'system', license.id, emil.id)).rejects.toThrow(
      `${emil.name} ${words} and can't get new items.`,
    );
    expect(await usedOf(license.id)).toBe(1);
  });

  test('concurrently to more people than seats are free assigns only the free ones', async () => {
    for (let round = 0; round < 5; round++) {
      const { emil, rosa, timo, mira, license } = await makeCast(database);
      const answers = await Promise.allSettled(
        [emil, rosa, timo, mira].map(({ id }) => assignSeat(em, 'system', license.id, id)),
      );
      expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(2);
      for (const answer of answers) {
        if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'no-seat-left' });
      }
      expect(await usedOf(license.id)).toBe(3);
      expect(await em.fork().count(Seat, { licenseId: license.id, revokedAt: null })).toBe(3);
    }
  });

  test('twice concurrently to one person assigns one', async () => {
    const { emil, license } = await makeCast(database);
    const answers = await Promise.allSettled([
      assignSeat(em, 'system', license.id, emil.id),
      assignSeat(em, 'system', license.id, emil.id),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await usedOf(license.id)).toBe(2);
  });

  test('of an unknown license, or to an unknown person, throws NotFound', async () => {
    const { emil, license } = await makeCast(database);
    await expect(assignSeat(em, 'system', 999_999, emil.id)).rejects.toEqual(new NotFound('license'));
    await expect(assignSeat(em, 'system', license.id, 999_999)).rejects.toEqual(new NotFound('person'));
  });
});

describe('revoking a seat', () => {
  test('frees it once when called concurrently', async () => {
    const { lena, license, seatId } = await makeCast(database);
    const answers = await Promise.all([revokeSeat(em, 'system', seatId), revokeSeat(em, 'system', seatId)]);

    expect(answers.map((answer) => answer.outcome).sort()).toEqual(['already-revoked', 'revoked']);
    expect(await usedOf(license.id)).toBe(0);
    expect(
      (await entriesAbout(database, lena.id)).filter((entry) => entry.action === 'seat.revoked'),
    ).toHaveLength(1);
    expect((await openCountsOf(em, lena.id)).software).toBe(0);
  });

  test('frees it for the next person, or for the same one', async () => {
    const { lena, license, seatId } = await makeCast(database);
    await revokeSeat(em, 'system', seatId);
    const next = await assignSeat(em, 'system', license.id, lena.id);
    expect(next).not.toBe(seatId);
    expect(await usedOf(license.id)).toBe(1);
  });

  test('that does not exist throws NotFound', async () => {
    await expect(revokeSeat(em, 'system', 999_999)).rejects.toEqual(new NotFound('seat'));
  });
});

describe('the seats in use', () => {
  test('are listed by name, and searched by name and address', async () => {
    const { emil, lena, license, seatId } = await makeCast(database);
    await assignSeat(em, 'system', license.id, emil.id);

    const names = async (search: string) =>
      (await seatsInUse(em, license.id, search)).rows.map((seat) => seat.name);
    expect(await names('')).toEqual([emil.name, lena.name]);
    expect(await names('brandt')).toEqual([lena.name]);
    expect(await names(emil.email)).toEqual([emil.name]);
    expect(await seatsInUse(em, license.id, '', 3)).toEqual({ rows: [], total: 2, page: 3, lastPage: 1 });

    await revokeSeat(em, 'system', seatId);
    expect(await names('')).toEqual([emil.name]);
  });
});

test('the application’s role cannot set the count of used seats', async () => {
  const { license, emil } = await makeCast(database);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await expect(
    client.query('update licenses set seats_used = 0 where id = $1', [license.id]),
  ).rejects.toMatchObject({ code: '42501' });
  const { rows } = await client.query(
    `insert into licenses (name, seats_total, seats_used) values ('Miro', 5, 3) returning id, seats_used`,
  );
  expect(rows[0].seats_used).toBe(0);
  await client.query('insert into seats (license_id, user_id) values ($1, $2)', [rows[0].id, emil.id]);
  expect(await usedOf(rows[0].id)).toBe(1);
  await client.query(`update licenses set name = 'Miro Business', seats_total = 6 where id = $1`, [
    rows[0].id,
  ]);
  await client.end();
});
