import { Histogram, type Registry } from 'prom-client';
import type { CallObserver } from './timed-calls.ts';

/** Adds the duration of the calls to Temporal, by call and outcome. */
export function measureEngineCalls(registry: Registry): CallObserver {
  const calls = new Histogram({
    name: 'lastday_engine_call_seconds',
    help: 'Calls to Temporal, by call and outcome',
    labelNames: ['call', 'outcome'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  return (call, outcome, seconds) => calls.observe({ call, outcome }, seconds);
}
