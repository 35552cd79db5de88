import { Counter, Histogram, Registry } from 'prom-client';
import type { MailOutcome } from '../domain/mail/mails.ts';
import type { AttemptOutcome } from '../domain/webhooks/attempts.ts';
import { measureEngineCalls } from './engine-calls.ts';

/** What a worker process counts and times. No label ever holds what somebody typed or sent. */
export type WorkerMetrics = ReturnType<typeof workerMetrics>;

export function workerMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const relayed = new Counter({
    name: 'lastday_relay_rows_total',
    help: 'Changes that the engine was told, by what it made of them',
    labelNames: ['outcome'],
    registers,
  });
  const webhooks = new Histogram({
    name: 'lastday_webhook_try_seconds',
    help: 'Tries of webhook deliveries, by outcome',
    labelNames: ['outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    registers,
  });
  const mails = new Counter({
    name: 'lastday_mail_tries_total',
    help: 'Tries of mails, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const steps = new Counter({
    name: 'lastday_step_failures_total',
    help: 'Steps of processes that failed and are tried again or given up, by step',
    labelNames: ['step'],
    registers,
  });
  const loops = new Counter({
    name: 'lastday_loop_failures_total',
    help: 'Turns of the worker’s own loops that failed and are taken again, by loop',
    labelNames: ['loop'],
    registers,
  });

  return {
    registry,
    rowsRelayed(outcome: 'sent' | 'refused', rows: number) {
      relayed.inc({ outcome }, rows);
    },
    webhookTried(outcome: AttemptOutcome, seconds: number) {
      webhooks.observe({ outcome }, seconds);
    },
    mailTried(outcome: MailOutcome) {
      mails.inc({ outcome });
    },
    stepFailed(step: string) {
      steps.inc({ step });
    },
    loopFailed(loop: string) {
      loops.inc({ loop });
    },
    engineCalled: measureEngineCalls(registry),
  };
}
