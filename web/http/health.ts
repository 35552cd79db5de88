import { setTimeout as pause } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import { lastHeartbeat } from '../../database/engine/heartbeats.ts';
import type { Services } from './services.ts';

/** The worker counts as down when its last heartbeat is older than this, in milliseconds. */
const heartbeatLimitMs = 15_000;
/** A check that takes longer than this has failed, in milliseconds. */
const checkTimeoutMs = 2_500;

/** The probes for monitors and load balancers: each answers 200 or 503, with JSON that names what is down. */
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

  /** Checks only the database, because the console works without Temporal. Answers 503 during shutdown. */
  const ready: RequestHandler = async (_request, response) => {
    const ok = !stopping.aborted && (await databaseAnswers());
    response.status(ok ? 200 : 503).json({ ok });
  };

  return { health, ready };
};

/** The result of a check; false when it fails or times out. */
const inTime = (check: Promise<boolean>): Promise<boolean> =>
  Promise.race([check.catch(() => false), pause(checkTimeoutMs, false, { ref: false })]);
