import { Migration } from '@mikro-orm/migrations';

/** Who was marked completed by hand, while their offboarding is open, is in no look-ahead, whatever their end date. */
export class Migration20261124153000_CompletedByHand extends Migration {
  override name = 'Migration20261124153000_CompletedByHand';

  override up(): void {
    this.addSql(lastDayIsKept('case when new.offboarding_completed_at is null then new.end_date end'));
    this.addSql(`drop trigger last_day_is_kept on users;`);
    this.addSql(`create trigger last_day_is_kept after update of end_date, offboarding_completed_at on users for each row
      when (old.end_date is distinct from new.end_date
        or old.offboarding_completed_at is distinct from new.offboarding_completed_at)
      execute function keep_last_day();`);
    this.addSql(`update offboardings o set last_day = null from users u
      where u.id = o.user_id and o.state = 'open' and u.offboarding_completed_at is not null;`);
  }

  override down(): void {
    this.addSql(`drop trigger last_day_is_kept on users;`);
    this.addSql(lastDayIsKept('new.end_date'));
    this.addSql(`create trigger last_day_is_kept after update of end_date on users for each row
      when (old.end_date is distinct from new.end_date) execute function keep_last_day();`);
    this.addSql(`update offboardings o set last_day = u.end_date from users u
      where u.id = o.user_id and o.state = 'open';`);
  }
}

const lastDayIsKept = (lastDay: string) => `
create or replace function keep_last_day() returns trigger language plpgsql as $$
begin
  update offboardings set last_day = ${lastDay} where user_id = new.id and state = 'open';
  return null;
end $$;`;
