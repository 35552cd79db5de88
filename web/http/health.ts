import { setTimeout as pause } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import { lastHeartbeat } from '../../database/engine/heartbeats.ts';
import type { Services } from './services.ts';

/** A worker that was not seen for this long does not work, in milliseconds. */
const heartbeatLimitMs = 15_000;
/** A part that takes longer than this does not answer, in milliseconds. */
const patienceMs = 2_500;

/** For monitors and load balancers: whether the parts answer, and which does not. */
export const healthProbes = ({ database, engine, stopping }: Services) => {
  const databaseAnswers = () =>
    inTime(
      database.em
        .fork()
        .execute('select 1')
        .then(() => true),
    );
  const workerIsAlive = () =>
    inTime(
      lastHeartbeat(database.em.fork()).then(
        (seenAt) => seenAt !== null && Date.now() - seenAt.getTime() < heartbeatLimitMs,
      ),
    );

  const health: RequestHandler = async (_request, response) => {
    const [databaseIsUp, engineIsUp, workerIsUp] = await Promise.all([
      databaseAnswers(),
      engine.isReachable(),
      workerIsAlive(),
    ]);
    const parts = { database: databaseIsUp, engine: engineIsUp, worker: workerIsUp };
    const ok = Object.values(parts).every(Boolean);
    response.status(ok ? 200 : 503).json({ ok, ...parts });
  };

  /** The database alone, because an engine that is away must not take the console down; and not while we are stopping. */
  const ready: RequestHandler = async (_request, response) => {
    const ok = !stopping.aborted && (await databaseAnswers());
    response.status(ok ? 200 : 503).json({ ok });
  };

  return { health, ready };
};

/** What a check says, or false when it fails or takes too long: a monitor must be answered. */
const inTime = (check: Promise<boolean>): Promise<boolean> =>
  Promise.race([check.catch(() => false), pause(patienceMs, false, { ref: false })]);
