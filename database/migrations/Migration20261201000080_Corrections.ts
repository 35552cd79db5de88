import { Migration } from '@mikro-orm/migrations';

/** Records that an asset is still with a person whose offboarding is completed, and keeps it from being assigned. */
export class Migration20261201000080_Corrections extends Migration {
  override name = 'Migration20261201000080_Corrections';

  override up(): void {
    this.addSql(corrections);
    this.addSql(completedPeopleOnly);
    this.addSql(assignableAssets);
  }
}

const corrections = `
create table recovery_corrections (
  id serial primary key,
  assignment_id int not null,
  user_id int not null,
  asset_id int not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  closed_at timestamptz null,
  condition text null,
  note text null,
  user_assignable boolean generated always as (case when closed_at is null then false else null::boolean end) stored null,
  constraint recovery_corrections_assignment_id_foreign foreign key (assignment_id) references assignments (id),
  constraint recovery_corrections_user_id_foreign foreign key (user_id) references users (id),
  constraint recovery_corrections_asset_id_foreign foreign key (asset_id) references assets (id),
  constraint recovery_corrections_condition_check check (condition in ('good', 'worn', 'damaged', 'broken'))
);
create unique index recovery_corrections_one_open on recovery_corrections (asset_id) where closed_at is null;
create index recovery_corrections_open_user_index on recovery_corrections (user_id) where closed_at is null;
create index recovery_corrections_assignment_id_index on recovery_corrections (assignment_id);`;

/** The gate does not read corrections, so a person who is not completed must not have an open one. */
const completedPeopleOnly = `
alter table recovery_corrections add constraint recovery_corrections_completed_user_fk
  foreign key (user_id, user_assignable) references users (id, assignable);`;

/**
 * The same construction as the gate. An open assignment references (assets.id, assets.assignable), and a trigger turns
 * assignable false while a correction is open. So an asset has either a holder or an open correction, also by plain SQL.
 */
const assignableAssets = `
alter table assets add column assignable boolean not null default true;
alter table assets add constraint assets_id_assignable_unique unique (id, assignable);
alter table assignments add constraint assignments_assignable_asset_fk
  foreign key (asset_id, live) references assets (id, assignable);
create function keep_assets_assignable() returns trigger language plpgsql as $$
begin
  update assets set assignable = not assignable
  where id in (old.asset_id, new.asset_id) and assignable = exists (
    select from recovery_corrections where asset_id = assets.id and closed_at is null);
  return null;
end $$;
create trigger corrections_keep_assets after insert or update or delete on recovery_corrections
  for each row execute function keep_assets_assignable();`;
