import { Migration } from '@mikro-orm/migrations';

/** Keeps what the identity provider answered last, so that all web processes show the same. */
export class Migration20261201000420_ProviderAnswer extends Migration {
  override name = 'Migration20261201000420_ProviderAnswer';

  override up(): void {
    this.addSql(`
create table provider_answer (
  id int not null,
  issuer text not null,
  at timestamptz not null default now(),
  problem text null,
  detail text null,
  constraint provider_answer_pkey primary key (id),
  constraint provider_answer_one_row_check check (id = 1)
);`);
  }
}
