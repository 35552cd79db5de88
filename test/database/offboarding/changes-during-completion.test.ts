import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { reminderStates } from '../../../testing/cast/reminders.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { hr } from './leaving.ts';

const { database, url } = await ownDatabase();
const { em } = database;

describe('a change by HR during a completion', () => {
  /** Locks Lena's row, so that later statements queue for it in the order of their start. */
  async function lockLena({ lena }: Cast) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('begin');
    await client.query('select from users where id = $1 for update', [lena.id]);
    return async () => {
      await client.query('commit');
      await client.end();
    };
  }
  const inOrder = async (cast: Cast, first: () => Promise<unknown>, second: () => Promise<unknown>) => {
    await clearChecklist(database, cast);
    const release = await lockLena(cast);
    const started = [first(), pause(150).then(second)];
    await pause(400);
    await release();
    return Promise.allSettled(started);
  };

  test('that comes first is kept by the completion', async () => {
    const cast = await makeCast(database);
    const [moved, answer] = await inOrder(
      cast,
      () => setEndDate(em, hr, cast.lena.id, '2027-01-31'),
      () => completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`),
    );
    expect(moved!.status).toBe('fulfilled');
    expect(answer).toMatchObject({ status: 'fulfilled', value: { outcome: 'completed' } });
    expect(await em.fork().findOneOrFail(User, { id: cast.lena.id })).toMatchObject({
      endDate: '2027-01-31',
    });
  });

  test('that clears the date first makes the completion answer cancelled', async () => {
    const cast = await makeCast(database);
    const [cleared, answer] = await inOrder(
      cast,
      () => setEndDate(em, hr, cast.lena.id, null),
      () => completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`),
    );
    expect(cleared!.status).toBe('fulfilled');
    expect(answer).toMatchObject({ value: { outcome: 'cancelled', by: hr } });
    expect(await em.fork().findOneOrFail(User, { id: cast.lena.id })).toMatchObject({ status: 'active' });
  });

  test('that comes second is refused, except when it changes nothing', async () => {
    const cast = await makeCast(database);
    const [answer, moved] = await inOrder(
      cast,
      () => completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`),
      () => setEndDate(em, hr, cast.lena.id, '2027-01-31'),
    );
    expect(answer).toMatchObject({ value: { outcome: 'completed' } });
    expect(moved).toMatchObject({ status: 'rejected', reason: { code: 'already-offboarded' } });
    await setEndDate(em, hr, cast.lena.id, cast.lastDay);
    expect((await reminderStates(database, cast.lena.id)).filter((line) => line.endsWith('waiting'))).toEqual(
      [],
    );
  });
});
