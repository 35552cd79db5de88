import type { Environment } from '../../config/environment.ts';
import type { Log } from '../../config/log.ts';
import type { Database } from '../../database/core/orm.ts';
import type { ConsoleClient } from '../../engine/console-client.ts';
import type { WebMetrics } from '../../metrics/web.ts';

/** Everything the console and the API are made of. */
export interface Services {
  database: Database;
  engine: ConsoleClient;
  environment: Environment;
  log: Log;
  metrics: WebMetrics;
  /** Aborted when the process is told to end; it answers a little longer. */
  stopping: AbortSignal;
}
