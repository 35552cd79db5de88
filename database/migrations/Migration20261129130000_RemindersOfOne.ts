import { Migration } from '@mikro-orm/migrations';

/**
 * What waits for one leaver has an index of its own, in the order in which it is due. Until now PostgreSQL could take the
 * one by moments for it, and walk through what waits for everybody: with 2,000 leavers and statistics of before a file of
 * them, a moved end date took 11 ms there instead of one. The one by moments is written in words that only the count of
 * what is due uses, so that nothing else is answered from it. It comes before the next migration, which locks deliveries:
 * changes of leavers lock the two tables in this order.
 */
export class Migration20261129130000_RemindersOfOne extends Migration {
  override name = 'Migration20261129130000_RemindersOfOne';

  override up(): void {
    this.addSql('drop index reminders_waiting_index;');
    this.addSql(`create index if not exists reminders_next_index on reminders (offboarding_id, due_at, id)
      where fired_at is null and skipped_at is null;`);
    this.addSql(`create index if not exists reminders_due_index on reminders (due_at)
      where coalesce(fired_at, skipped_at) is null;`);
  }

  override down(): void {
    this.addSql('drop index reminders_due_index;');
    this.addSql('drop index reminders_next_index;');
    this.addSql(
      `create index reminders_waiting_index on reminders (due_at) where fired_at is null and skipped_at is null;`,
    );
  }
}
