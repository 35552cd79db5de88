import { randomUUID } from 'node:crypto';
import { connect, type Database } from '../database/core/orm.ts';
import { createLicense } from '../database/inventory/licenses.ts';
import { assignSeat } from '../database/inventory/seats.ts';
import { createUser } from '../database/people/users.ts';
import { addDays, todayIn } from '../domain/dates.ts';
import type { bareEngine } from './bare.ts';
import { timeInTurns } from './clock.ts';
import type { BenchEnvironment } from './environment.ts';
import type { Row } from './report.ts';
import { visit } from './visitor.ts';

const rounds = 60;
const warmUp = 5;

/**
 * Measures the revocation of a seat and a completion, as a browser requests them, against a bare Update with one
 * activity on the same server.
 */
export async function measureUpdates(
  environment: BenchEnvironment,
  engine: Awaited<ReturnType<typeof bareEngine>>,
): Promise<Row[]> {
  const database = await connect(environment.databaseUrl);
  const leavers = await makeLeavers(database, rounds + warmUp);
  await database.close();
  const bare = leavers.map(({ userId }) => `bare-${userId}`);
  for (const id of bare) await engine.start(id);
  // Wait until every workflow has run its first task, so that no figure includes a start.
  await environment.untilQuiet();

  const visitor = await visit(environment);
  const post = async (path: string) => {
    const status = await visitor.post(path, { token: randomUUID() });
    if (status !== 303) throw new Error(`${path} answered ${status}`);
  };
  const revoking = await timeInTurns(
    rounds,
    {
      bare: (round) => engine.update(bare[round]!),
      ours: (round) => post(`/seats/${leavers[round]!.seatId}/revocation`),
    },
    warmUp,
  );
  const completing = await timeInTurns(
    rounds,
    {
      bare: (round) => engine.update(bare[round]!),
      bareWeb: (round) =>
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
      limit: completing.bareWeb,
      limitIs: 'the same route without Lastday: node:http, as many statements by pg, a bare Update',
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
