import { Migration } from '@mikro-orm/migrations';

/** Limits what one API token may take away within an hour, and lists the calls that were refused. */
export class Migration20261201000110_TokenLimit extends Migration {
  override name = 'Migration20261201000110_TokenLimit';

  override up(): void {
    this.addSql(settings);
    this.addSql(removals);
    this.addSql(refused);
  }
}

const settings = `
alter table workspace
  add column token_limit text not null default 'on',
  add column token_limit_count int not null default 50,
  add column token_limit_percent int not null default 10;
alter table workspace add constraint workspace_token_limit_check check (
  token_limit in ('on', 'off') and token_limit_count >= 0 and token_limit_percent between 0 and 100);
alter table api_tokens add column unlimited_until timestamptz null;`;

/** Without a foreign key to the token, because its check would lock one row for all calls of the token. */
const removals = `
create table token_removals (
  token_id int not null,
  kind text not null,
  subject_id int not null,
  at timestamptz not null default now(),
  primary key (token_id, kind, subject_id),
  constraint token_removals_kind_check check (kind in ('endDate', 'manager', 'email', 'serial'))
);
create index token_removals_at_index on token_removals (at);`;

const refused = `
create table refused_removals (
  token_id int not null,
  kind text not null,
  subject_id int not null,
  at timestamptz not null default now(),
  calls int not null default 1,
  primary key (token_id, kind, subject_id),
  constraint refused_removals_kind_check check (kind in ('endDate', 'manager', 'email', 'serial'))
);
create index refused_removals_at_index on refused_removals (at);`;
