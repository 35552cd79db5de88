import { Migration } from '@mikro-orm/migrations';

/** Adds passkeys, authenticator apps with recovery codes, the setting that requires them, and mails about them. */
export class Migration20261201000410_SecondFactors extends Migration {
  override name = 'Migration20261201000410_SecondFactors';

  override up(): void {
    this.addSql(passkeys);
    this.addSql(usedChallenges);
    this.addSql(apps);
    this.addSql(recoveryCodes);
    this.addSql(setting);
    this.addSql(mails);
  }
}

const passkeys = `
create table passkeys (
  id serial primary key,
  user_id int not null,
  name text not null,
  credential_id text not null,
  public_key text not null,
  counter bigint not null,
  transports text[] not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz null,
  constraint passkeys_credential_id_unique unique (credential_id),
  constraint passkeys_user_id_foreign foreign key (user_id) references users (id)
);
create index passkeys_user_id_index on passkeys (user_id);`;

/** A challenge is in a cookie until it is used, so that visitors fill no table. */
const usedChallenges = `
create table used_challenges (
  hash text primary key,
  used_at timestamptz not null default now()
);`;

const apps = `
create table authenticator_apps (
  id serial primary key,
  user_id int not null,
  secret text not null,
  last_step int not null,
  code_salt text not null,
  created_at timestamptz not null default now(),
  constraint authenticator_apps_user_id_unique unique (user_id),
  constraint authenticator_apps_user_id_foreign foreign key (user_id) references users (id)
);`;

const recoveryCodes = `
create table recovery_codes (
  id serial primary key,
  user_id int not null,
  hash text not null,
  used_at timestamptz null,
  constraint recovery_codes_user_id_foreign foreign key (user_id) references users (id)
);
create index recovery_codes_user_id_index on recovery_codes (user_id);`;

const setting = `
alter table workspace add column second_factor text not null default 'optional',
  add constraint workspace_second_factor_check check (second_factor in ('optional', 'required'));`;

const mails = `
alter table mails drop constraint mails_kind_check,
  add constraint mails_kind_check check (kind in ('reminders', 'completions', 'problems', 'imports', 'security'));`;
