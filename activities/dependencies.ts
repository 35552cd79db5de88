import type { Log } from '../config/log.ts';
import type { Database } from '../database/core/orm.ts';
import type { SecretBox } from '../database/core/secret-box.ts';
import type { RetrySchedule } from '../domain/webhooks/schedule.ts';
import type { WorkerMetrics } from '../metrics/worker.ts';
import type { Links } from './mail/links.ts';
import type { Mailer } from './mail/mailer.ts';
import type { WebhookSender } from './webhooks/sender.ts';

/** What the worker passes to its activities. */
export interface Dependencies {
  database: Database;
  log: Log;
  metrics: Pick<WorkerMetrics, 'mailTried' | 'stepFailed' | 'webhookTried'>;
  secretBox: SecretBox;
  sender: WebhookSender;
  /** Null without a mail server. */
  mail: MailTransport | null;
  /** When webhooks are retried. */
  retrySchedule: RetrySchedule;
  /** How many attempts a step gets when a retry cannot help, before it needs attention. The default is six. */
  brokenStepAttempts?: number;
}

/** Sends mails and makes the links in them. */
interface MailTransport {
  mailer: Mailer;
  links: Links;
}
