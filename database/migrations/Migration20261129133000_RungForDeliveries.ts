import { Migration } from '@mikro-orm/migrations';

/**
 * Whoever starts deliveries is woken by deliveries alone, and only where there are some: until now each change of a
 * leaver woke them too, also where nobody had asked for webhooks, and they looked for nothing as often as HR called.
 */
export class Migration20261129133000_RungForDeliveries extends Migration {
  override name = 'Migration20261129133000_RungForDeliveries';

  override up(): void {
    this.addSql('drop trigger deliveries_wake_relay on webhook_deliveries;');
    this.addSql(`
      create function wake_dispatcher() returns trigger language plpgsql as $$
      begin
        if exists (select from added) then
          perform pg_notify('deliveries', '');
        end if;
        return null;
      end $$;`);
    this.addSql(`
      create trigger deliveries_wake_dispatcher after insert on webhook_deliveries
        referencing new table as added for each statement execute function wake_dispatcher();`);
  }

  override down(): void {
    this.addSql('drop trigger deliveries_wake_dispatcher on webhook_deliveries;');
    this.addSql('drop function wake_dispatcher();');
    this.addSql(`
      create trigger deliveries_wake_relay after insert on webhook_deliveries
        for each statement execute function wake_relay();`);
  }
}
