import type { Environment } from '../../config/environment.ts';
import type { Log } from '../../config/log.ts';
import type { Database } from '../../database/core/orm.ts';
import type { ConsoleClient } from '../../engine/console-client.ts';
import type { WebMetrics } from '../../metrics/web.ts';
import type { Provider } from './provider.ts';

/** The dependencies of the console and the API. */
export interface Services {
  database: Database;
  engine: ConsoleClient;
  environment: Environment;
  log: Log;
  metrics: WebMetrics;
  /** The identity provider; null without one. */
  provider: Provider | null;
  /** Aborted when the shutdown begins; requests are still answered until the server closes. */
  stopping: AbortSignal;
}
