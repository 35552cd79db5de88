import { Semaphore } from 'async-mutex';

/**
 * How many writing API calls a web process runs at the same time; the others wait. The console shares the processor
 * and the database connections with the API, so thousands of calls must not slow it down.
 */
const maxConcurrentWrites = 4;

/** Every writing call of the API runs in this semaphore. */
export const writeLimit = new Semaphore(maxConcurrentWrites);
