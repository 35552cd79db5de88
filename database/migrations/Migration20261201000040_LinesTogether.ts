import { Migration } from '@mikro-orm/migrations';

/** What a line of a file means beside the other lines: contradictions, repeats, addresses that move, circles of managers. */
export class Migration20261201000040_LinesTogether extends Migration {
  override name = 'Migration20261201000040_LinesTogether';

  override up(): void {
    this.addSql(
      `alter table "import_rows" add column "contradictions" jsonb not null default '[]', add column "repeats" int null, add column "address_chain" int null, add column "address_problem" text null, add column "closes_circle" boolean not null default false, add column "manager_depth" int not null default 0;`,
    );
    this.addSql(`alter table "imports" add column "warned" int not null default 0;`);
    // What was called a note is a warning now. Lines are kept for a week, so there are few.
    this.addSql(
      `update "import_rows" set "judgement" = "judgement" - 'notes' || jsonb_build_object('warnings', "judgement"->'notes') where "judgement" ? 'notes';`,
    );
    this.addSql(
      `update "imports" set "preview" = "preview" - 'notes' || jsonb_build_object('warned', "preview"->'notes') where "preview" ? 'notes';`,
    );
    this.addSql(`drop index import_rows_pending_index;`);
    this.addSql(
      `create index import_rows_pending_index on import_rows (import_id, manager_depth, line) where manager_pending;`,
    );
    this.addSql(
      `create index import_rows_chain_index on import_rows (import_id, address_chain) where address_chain is not null;`,
    );
    this.addSql(
      `create index import_rows_warned_index on import_rows (import_id, line) where judgement->'warnings' <> '[]';`,
    );
  }
}
