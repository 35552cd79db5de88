import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { measureEngineCalls } from './engine-calls.ts';

/** The metrics of a web process. No label holds user input. */
export type WebMetrics = ReturnType<typeof webMetrics>;

export function webMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'lastday_http_request_seconds',
    help: 'HTTP requests, by method, route and status class',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const completions = new Counter({
    name: 'lastday_completions_total',
    help: 'Completions requested, by outcome',
    labelNames: ['outcome'],
    registers,
  });

  const streams = new Gauge({
    name: 'lastday_live_streams',
    help: 'Open live streams',
    registers,
  });

  return {
    registry,
    requestAnswered: (method: string, route: string, status: string, seconds: number) =>
      requests.observe({ method, route, status }, seconds),
    completionAsked: (outcome: string) => completions.inc({ outcome }),
    streamsOpen: (count: number) => streams.set(count),
    engineCalled: measureEngineCalls(registry),
  };
}
