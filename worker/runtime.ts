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
 * Sets the SDK up, once a process and before any worker: its log goes into ours, and it leaves SIGTERM and
 * SIGINT to us. Its metrics it serves itself, where it is told to.
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
