import { Semaphore } from 'async-mutex';

/**
 * How many changes over the API a web process works on at the same time. The others wait their turn: people in the
 * console share the processor and the database's connections with an HR system that sends thousands of calls, and
 * should not notice.
 */
const atATime = 4;

/** Whoever changes something over the API takes a turn. */
export const writeLimit = new Semaphore(atATime);
