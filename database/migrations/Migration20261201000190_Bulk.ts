import { Migration } from '@mikro-orm/migrations';

/** Stores what was done to many items at once, item by item. */
export class Migration20261201000190_Bulk extends Migration {
  override name = 'Migration20261201000190_Bulk';

  override up(): void {
    this.addSql(actions);
    this.addSql(items);
  }
}

const actions = `
create table bulk_actions (
  id serial primary key,
  token uuid not null,
  kind text not null,
  user_id int null,
  actor text not null,
  state text not null default 'console',
  created_at timestamptz not null default now(),
  ended_at timestamptz null,
  constraint bulk_actions_user_id_foreign foreign key (user_id) references users (id),
  constraint bulk_actions_token_unique unique (token),
  constraint bulk_actions_kind_check check (kind in ('revocation', 'rejection', 'recovery', 'reminder')),
  constraint bulk_actions_state_check check (state in ('console', 'waiting', 'done'))
);
create index bulk_actions_created_index on bulk_actions (created_at);
create index bulk_actions_waiting_index on bulk_actions (id) where state <> 'done';`;

const items = `
create table bulk_items (
  action_id int not null,
  position int not null,
  item_id int not null,
  recovery jsonb null,
  token uuid not null default gen_random_uuid(),
  outcome text null,
  reason text null,
  primary key (action_id, position),
  constraint bulk_items_action_id_foreign foreign key (action_id) references bulk_actions (id) on delete cascade,
  constraint bulk_items_outcome_check check (outcome in ('done', 'unchanged', 'refused'))
);`;
