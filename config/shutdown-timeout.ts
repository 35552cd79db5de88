import type { Log } from './log.ts';

/** Running work has ten seconds to finish; closing connections takes a little longer. */
export const usualEndTimeoutMs = 14_000;

/**
 * Exits this process with code 1 after `timeoutMs`, because an unreachable PostgreSQL or Temporal could block the
 * shutdown until the supervisor sends SIGKILL. Every process survives SIGKILL without losing data.
 */
export function exitAfterTimeout(log: Log, timeoutMs = usualEndTimeoutMs): void {
  setTimeout(() => {
    log.warn('Shutdown timed out; exiting');
    process.exit(1);
  }, timeoutMs).unref();
}
