import { DefaultLogger, type LogLevel, Runtime } from '@temporalio/worker';
import type { Log } from '../config/log.ts';

const levels: Record<LogLevel, 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/**
 * Sets the SDK up, once for each process and before any worker. Its log goes into ours, and it ignores SIGTERM and
 * SIGINT, because the process handles them. It serves its own metrics at the given address.
 */
export function installRuntime(log: Log, metrics?: { host: string; port: number }): void {
  const logger = new DefaultLogger('INFO', ({ level, message, meta }) => {
    log[levels[level]]({ ...meta }, message);
  });
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metrics && { metrics: { prometheus: { bindAddress: bindAddress(metrics) } } }),
    },
  });
}

const bindAddress = ({ host, port }: { host: string; port: number }) =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
