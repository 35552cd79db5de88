import { Migration } from '@mikro-orm/migrations';

/** Open offboardings whom no look-ahead shows are found by an index, however many others there are. */
export class Migration20261124110000_OutOfSight extends Migration {
  override name = 'Migration20261124110000_OutOfSight';

  override up(): void {
    this.addSql(`alter table offboardings add column last_day date null;`);
    this.addSql(`update offboardings o set last_day = u.end_date from users u
      where u.id = o.user_id and o.state = 'open' and u.end_date is not null;`);
    this.addSql(lastDayIsKept);
    this.addSql(
      `create index offboardings_last_day_index on offboardings (coalesce(last_day, 'infinity'), user_id) where state = 'open';`,
    );
  }

  override down(): void {
    this.addSql(`drop trigger last_day_is_kept on users;`);
    this.addSql(`drop trigger last_day_is_taken on offboardings;`);
    this.addSql(`drop function keep_last_day;`);
    this.addSql(`drop function take_last_day;`);
    this.addSql(`alter table offboardings drop column last_day;`);
  }
}

/** An index cannot look into another table: an open offboarding has its user's end date beside it, whoever writes that. */
const lastDayIsKept = `
create function take_last_day() returns trigger language plpgsql as $$
begin
  new.last_day := (select end_date from users where id = new.user_id);
  return new;
end $$;
create trigger last_day_is_taken before insert on offboardings for each row execute function take_last_day();
create function keep_last_day() returns trigger language plpgsql as $$
begin
  update offboardings set last_day = new.end_date where user_id = new.id and state = 'open';
  return null;
end $$;
create trigger last_day_is_kept after update of end_date on users for each row
  when (old.end_date is distinct from new.end_date) execute function keep_last_day();`;
