import { Migration } from '@mikro-orm/migrations';

/** Adds the outcomes of a response that broke off, and of one that was not HTTP. */
export class Migration20261201000010_AttemptOutcomes extends Migration {
  override name = 'Migration20261201000010_AttemptOutcomes';

  override up(): void {
    this.addSql(`alter table webhook_attempts drop constraint webhook_attempts_outcome_check;`);
    this.addSql(
      `alter table webhook_attempts add constraint webhook_attempts_outcome_check check (outcome in ('delivered', 'http_error', 'throttled', 'redirected', 'gone', 'blocked_address', 'dns_failed', 'connection_failed', 'tls_failed', 'timed_out', 'broke_off', 'not_http', 'response_too_large', 'not_signed'));`,
    );
  }
}
