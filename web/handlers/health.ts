import type { RequestHandler } from 'express';
import { youngestHeartbeat } from '../../database/heartbeats.ts';
import type { Services } from '../services.ts';

/** A worker that was not seen for this long does not work, in milliseconds. */
const heartbeatLimitMs = 15_000;

/** For monitors and load balancers: whether the parts answer, and which does not. */
export const healthProbes = ({ database, engine }: Services) => {
  const databaseAnswers = () =>
    database.em
      .fork()
      .execute('select 1')
      .then(
        () => true,
        () => false,
      );
  const workerIsAlive = () =>
    youngestHeartbeat(database.em.fork()).then(
      (seenAt) => seenAt !== null && Date.now() - seenAt.getTime() < heartbeatLimitMs,
      () => false,
    );

  const health: RequestHandler = async (_request, response) => {
    const [databaseIsUp, engineIsUp, workerIsUp] = await Promise.all([
      databaseAnswers(),
      engine.isReachable(),
      workerIsAlive(),
    ]);
    const parts = { database: databaseIsUp, engine: engineIsUp, worker: workerIsUp };
    const ok = Object.values(parts).every(Boolean);
    response
      .status(ok ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ ok, ...parts });
  };

  /** The database alone: an engine that is away must not take the console down. */
  const ready: RequestHandler = async (_request, response) => {
    const ok = await databaseAnswers();
    response
      .status(ok ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ ok });
  };

  return { health, ready };
};
