import { Migration } from '@mikro-orm/migrations';

/** Records which assignments were undone, and where an asset was before its recovery. Finds the revoked seats of a license. */
export class Migration20261201000150_Undo extends Migration {
  override name = 'Migration20261201000150_Undo';

  override up(): void {
    this.addSql(assignments);
    this.addSql(revokedSeats);
  }
}

const assignments = `
alter table assignments add column undone_at timestamptz null, add column previous_location text null;
alter table assignments add constraint assignments_undone_check check (undone_at is null or returned_at is not null);`;

const revokedSeats = `
create index seats_revoked_index on seats (license_id, revoked_at desc, id desc) where revoked_at is not null;`;
