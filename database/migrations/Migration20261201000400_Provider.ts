import { Migration } from '@mikro-orm/migrations';

/** Says whom an account at the identity provider belongs to, and why sign-ins with the provider were refused. */
export class Migration20261201000400_Provider extends Migration {
  override name = 'Migration20261201000400_Provider';

  override up(): void {
    this.addSql(accounts);
    this.addSql(refusals);
    this.addSql(sessions);
  }
}

/** Subjects are compared exactly, so they are no rows of \`identities\`, which folds its ids. */
const accounts = `
create table provider_accounts (
  issuer text not null,
  subject text not null,
  user_id int not null,
  linked_by text not null,
  linked_at timestamptz not null default now(),
  last_sign_in_at timestamptz not null default now(),
  constraint provider_accounts_pkey primary key (issuer, subject),
  constraint provider_accounts_user_id_foreign foreign key (user_id) references users (id),
  constraint provider_accounts_linked_by_check check (linked_by in ('directory', 'invitation', 'email'))
);
create index provider_accounts_user_id_index on provider_accounts (user_id);`;

const refusals = `
create table sign_in_refusals (
  id serial primary key,
  reference text not null,
  at timestamptz not null default now(),
  cause text not null,
  user_id int null,
  detail text null,
  constraint sign_in_refusals_reference_unique unique (reference),
  constraint sign_in_refusals_user_id_foreign foreign key (user_id) references users (id)
);
create index sign_in_refusals_at_index on sign_in_refusals (at);`;

/** A provider ends sessions by their id there. */
const sessions = `
create index sessions_provider_index on sessions ((sess->'provider'->>'sid'))
  where sess->'provider'->>'sid' is not null;`;
