import type { Log } from '../config/log.ts';
import type { Database } from '../database/core/orm.ts';
import type { SecretBox } from '../database/core/secret-box.ts';
import type { RetrySchedule } from '../domain/webhooks/schedule.ts';
import type { WorkerMetrics } from '../metrics/worker.ts';
import type { Links } from './mail/links.ts';
import type { Mailer } from './mail/mailer.ts';
import type { WebhookSender } from './webhooks/sender.ts';

/** What activities act on. */
export interface Dependencies {
  database: Database;
  log: Log;
  metrics: Pick<WorkerMetrics, 'mailTried' | 'stepFailed' | 'webhookTried'>;
  secretBox: SecretBox;
  sender: WebhookSender;
  /** Null where no mail server is set. */
  mail: MailTransport | null;
  /** When webhooks are tried again. */
  retrySchedule: RetrySchedule;
  /** How often a step is tried that no other try will help, before it needs attention; by default six times. */
  triesOfBroken?: number;
}

/** What mails are sent by, and what they lead to. */
export interface MailTransport {
  mailer: Mailer;
  links: Links;
}
