import { join } from 'node:path';
import type { LocalPostgres } from './postgres/start.ts';
import { keptSecret } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { LocalTemporal } from './temporal/start.ts';

/** The variables of the web and the worker process, in addition to those of `npm start`. */
export function programEnvironment(
  settings: Settings,
  postgres: LocalPostgres,
  temporal: LocalTemporal,
): Record<string, string> {
  return {
    HOST: settings.host,
    PORT: String(settings.port),
    PUBLIC_URL: process.env.PUBLIC_URL || settings.url,
    LASTDAY_DATA: settings.dataDir,
    DATABASE_URL: postgres.appUrl,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: 'default',
    // No load balancer needs a drain, and two processes cannot serve metrics at one address.
    DRAIN_SECONDS: '',
    METRICS_PORT: '',
    SDK_METRICS_PORT: '',
    SECRET_KEY: process.env.SECRET_KEY || keptSecret(join(settings.dataDir, 'secrets', 'key'), 'base64'),
  };
}

/** Removes the variables that point the clients of PostgreSQL and Temporal to other servers. */
export function withoutOtherServers(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^(PG|TEMPORAL_)/.test(name)));
}

/** The names of the set variables that `npm start` ignores, because it always runs its own servers. */
export function ignoredVariables(variables: NodeJS.ProcessEnv): string[] {
  return ['DATABASE_URL', 'MIGRATION_DATABASE_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'].filter(
    (name) => variables[name],
  );
}
