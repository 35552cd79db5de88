import { Migration } from '@mikro-orm/migrations';

/** How files are read: what means "no date", and what users chose for unknown columns. */
export class Migration20261201000030_FileReading extends Migration {
  override name = 'Migration20261201000030_FileReading';

  override up(): void {
    this.addSql(`alter table workspace add column no_dates jsonb not null default '[]';`);
    this.addSql(`create table column_mappings (
      id serial primary key,
      kind text not null constraint column_mappings_kind_check check (kind in ('users', 'assets', 'licenses')),
      header_hash text not null,
      columns jsonb not null,
      mapped_by text not null,
      mapped_at timestamptz not null default now(),
      constraint column_mappings_header_unique unique (kind, header_hash));`);
    this.addSql(`alter table imports drop constraint imports_state_check,
      add constraint imports_state_check check (state in ('staging', 'mapping', 'ready', 'starting', 'running', 'cancelling', 'done', 'cancelled', 'failed'));`);
  }
}
