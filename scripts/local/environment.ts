import { join } from 'node:path';
import type { LocalPostgres } from './postgres/start.ts';
import { keptSecret } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { LocalTemporal } from './temporal/start.ts';

/** What the web and the worker process need beside the variables that `npm start` was given. */
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
    // There is no load balancer to wait for, and two processes cannot serve metrics at one address.
    DRAIN_SECONDS: '',
    METRICS_PORT: '',
    SDK_METRICS_PORT: '',
    SECRET_KEY: process.env.SECRET_KEY || keptSecret(join(settings.dataDir, 'secrets', 'key'), 'base64'),
  };
}

/** The given variables without those that lead PostgreSQL's and Temporal's clients to other servers than the local ones. */
export function withoutOtherServers(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^(PG|TEMPORAL_)/.test(name)));
}

/** The variables that name other servers, in vain: `npm start` always runs its own. */
export function ignoredVariables(variables: NodeJS.ProcessEnv): string[] {
  return ['DATABASE_URL', 'MIGRATION_DATABASE_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'].filter(
    (name) => variables[name],
  );
}
