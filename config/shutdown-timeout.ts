import type { Log } from './log.ts';

/** What is under way has ten seconds to finish; closing connections takes a moment more, in milliseconds. */
export const usualEndTimeoutMs = 14_000;

/**
 * Ends this process at the latest `timeoutMs` from now: a database or an engine that has gone without a
 * word would be waited for, and whoever told the process to end would kill it. Everything is made for that as well.
 */
export function exitAfterTimeout(log: Log, timeoutMs = usualEndTimeoutMs): void {
  setTimeout(() => {
    log.warn('What is left does not end by itself and is broken off');
    process.exit(1);
  }, timeoutMs).unref();
}
