import { Migration } from '@mikro-orm/migrations';

/** Stores the groups of a directory and who is in them. */
export class Migration20261201000310_DirectoryGroups extends Migration {
  override name = 'Migration20261201000310_DirectoryGroups';

  override up(): void {
    this.addSql(groups);
    this.addSql(members);
    this.addSql(deletedAccountsLeave);
    this.addSql(inactive);
  }
}

const groups = `
create sequence directory_groups_seq as int;
create table directory_groups (
  id uuid primary key,
  seq int not null default nextval('directory_groups_seq'),
  display_name text not null,
  external_id text null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
alter sequence directory_groups_seq owned by directory_groups.seq;
create index directory_groups_seq_index on directory_groups (seq);
create index directory_groups_display_name_index on directory_groups (folded(display_name));
create unique index directory_groups_external_id_unique on directory_groups (folded(external_id));`;

const members = `
create table directory_group_members (
  group_id uuid not null,
  account_id uuid not null,
  constraint directory_group_members_pkey primary key (group_id, account_id),
  constraint directory_group_members_group_id_foreign foreign key (group_id) references directory_groups (id)
    on delete cascade,
  constraint directory_group_members_account_id_foreign foreign key (account_id) references directory_accounts (id)
    on delete cascade
);
create index directory_group_members_account_index on directory_group_members (account_id);`;

/** Otherwise someone who comes back years later would be in the groups of their old job. */
const deletedAccountsLeave = `
create function leave_directory_groups() returns trigger language plpgsql as $$
begin
  delete from directory_group_members where account_id = new.id;
  return null;
end $$;
create trigger hidden_accounts_leave_groups after update on directory_accounts for each row
  when (old.hidden_at is null and new.hidden_at is not null) execute function leave_directory_groups();`;

/** For the filter \`active eq false\`; nearly all others are active. */
const inactive = `
create index directory_accounts_inactive_index on directory_accounts (seq) where hidden_at is null and not active;`;
