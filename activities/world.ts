import type { Log } from '../config/log.ts';
import type { Database } from '../database/orm.ts';
import type { SecretBox } from '../database/secret-box.ts';
import type { WebhookSender } from './webhooks/sender.ts';

/** What activities act on. */
export interface World {
  database: Database;
  log: Log;
  secretBox: SecretBox;
  sender: WebhookSender;
}
