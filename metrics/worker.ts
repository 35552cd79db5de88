import { Counter, Histogram, Registry } from 'prom-client';
import type { MailOutcome } from '../domain/mail/mails.ts';
import type { AttemptOutcome } from '../domain/webhooks/attempts.ts';
import { measureEngineCalls } from './engine-calls.ts';

/** The metrics of a worker process. No label holds user input. */
export type WorkerMetrics = ReturnType<typeof workerMetrics>;

export function workerMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const relayed = new Counter({
    name: 'lastday_relay_rows_total',
    help: 'Changes the relay sent to Temporal, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const webhooks = new Histogram({
    name: 'lastday_webhook_try_seconds',
    help: 'Webhook delivery attempts, by outcome',
    labelNames: ['outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    registers,
  });
  const mails = new Counter({
    name: 'lastday_mail_tries_total',
    help: 'Email attempts, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const steps = new Counter({
    name: 'lastday_step_failures_total',
    help: 'Failed workflow steps, by step',
    labelNames: ['step'],
    registers,
  });
  const loops = new Counter({
    name: 'lastday_loop_failures_total',
    help: 'Failed runs of the worker’s loops, by loop',
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
