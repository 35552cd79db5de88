import { randomUUID } from 'node:crypto';
import { connect, type Database } from '../database/core/orm.ts';
import { createLicense } from '../database/inventory/licenses.ts';
import { assignSeat } from '../database/inventory/seats.ts';
import { createUser } from '../database/people/users.ts';
import { addDays, todayIn } from '../domain/dates.ts';
import type { bareEngine } from './bare.ts';
import { inTurns } from './clock.ts';
import type { Place } from './environment.ts';
import type { Row } from './report.ts';
import { visit } from './visitor.ts';

const rounds = 60;
const warmUp = 5;

/**
 * Revoking a seat and completing, as an admin's browser asks for them, each beside a bare Update with one
 * activity on the same server.
 */
export async function measureUpdates(
  place: Place,
  engine: Awaited<ReturnType<typeof bareEngine>>,
): Promise<Row[]> {
  const database = await connect(place.databaseUrl);
  const leavers = await makeLeavers(database, rounds + warmUp);
  await database.close();
  const bare = leavers.map(({ userId }) => `bare-${userId}`);
  for (const id of bare) await engine.start(id);
  // Every workflow has run its first task by then, so that starting is no part of anybody's figure.
  await place.untilQuiet();

  const visitor = await visit(place);
  const post = async (path: string) => {
    const status = await visitor.post(path, { token: randomUUID() });
    if (status !== 303) throw new Error(`${path} answered ${status}`);
  };
  const revoking = await inTurns(
    rounds,
    {
      bare: (round) => engine.update(bare[round]!),
      ours: (round) => post(`/seats/${leavers[round]!.seatId}/revocation`),
    },
    warmUp,
  );
  const completing = await inTurns(
    rounds,
    {
      bare: (round) => engine.update(bare[round]!),
      way: (round) =>
        engine.askWeb({ what: 'complete', userId: leavers[round]!.userId, workflowId: bare[round]! }),
      ours: (round) => post(`/offboarding/${leavers[round]!.userId}/completion`),
    },
    warmUp,
  );
  const limitIs = 'a bare Update with one activity';
  return [
    { what: 'revoke a seat', ours: revoking.ours, limit: revoking.bare, limitIs },
    { what: 'complete an offboarding', ours: completing.ours, limit: completing.bare, limitIs, atMost: 1.5 },
    {
      what: 'complete an offboarding',
      ours: completing.ours,
      limit: completing.way,
      limitIs:
        'the same way with nothing at its stations: node:http, as many statements by pg, a bare Update',
    },
  ];
}

/** People who leave soon and have one seat each. */
async function makeLeavers({ em }: Database, count: number) {
  const licenseId = await createLicense(em, 'system', {
    name: `Bench ${randomUUID()}`,
    vendor: null,
    seatsTotal: count,
  });
  const leavers = [];
  for (let i = 0; i < count; i++) {
    const id = randomUUID();
    const userId = await createUser(em, 'system', {
      name: `Bench Person ${i}`,
      email: `${id}@bench.example`,
      endDate: addDays(todayIn('UTC', new Date()), 3),
    });
    leavers.push({ userId, seatId: await assignSeat(em, 'system', licenseId, userId) });
  }
  return leavers;
}
