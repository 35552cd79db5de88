import { Migration } from '@mikro-orm/migrations';

/** The names, addresses and userNames that a directory sent are erased from every text too. */
export class Migration20261201000301_DirectoryErasure extends Migration {
  override name = 'Migration20261201000301_DirectoryErasure';

  override up(): void {
    this.addSql(texts);
  }
}

/** As in the migration Identities, with what an account says. A userName is looked for like an address. */
const texts = `
create or replace function texts_of_person(person int) returns table (kind text, value text)
  language sql stable parallel safe as $$
  with records as (select id from public.users where id = person or merged_into = person)
  select distinct found.kind, found.value from (
    select v.kind, v.value from public.users u
      cross join lateral (values ('name', u.name), ('email', u.email), ('jobTitle', u.job_title)) v (kind, value)
      where u.id in (select id from records)
    union all
    select 'email', i.external_id from public.identities i where i.user_id = person and i.source = 'email'
    union all
    select v.kind, v.value from public.directory_accounts a
      cross join lateral (
        values ('email', a.user_name), ('name', a.attributes->>'displayName'),
          ('name', a.attributes->'name'->>'formatted'), ('jobTitle', a.attributes->>'title')
        union all
        select 'email', e->>'value' from jsonb_array_elements(a.attributes->'emails') e) v (kind, value)
      where a.user_id in (select id from records)
    union all
    select k, e.details->>k from public.audit_entries e cross join unnest(array['name', 'email']) k
      where e.user_id in (select id from records) and e.action in ('user.created', 'user.merged')
    union all
    select f.field, v.value from public.audit_entries e
      cross join lateral jsonb_array_elements_text(
        case jsonb_typeof(e.details->'fields') when 'array' then e.details->'fields' else '[]' end)
        with ordinality f (field, place)
      cross join lateral (values (e.details->'from'->>(f.place::int - 1)), (e.details->'to'->>(f.place::int - 1))) v (value)
      where e.user_id in (select id from records) and e.action = 'user.updated'
        and f.field in ('name', 'email', 'jobTitle')
  ) found where length(found.value) > 1
$$;`;
