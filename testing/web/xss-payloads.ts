import pg from 'pg';

/**
 * A text that is harmful wherever it is not escaped: in HTML, in attributes with either quote, and in
 * templates. The mark identifies its source.
 */
export const xssPayload = (mark: string): string =>
  `${mark} <img src=x onerror=alert(1)>"zq="'zq='\u202e<%=7777*7%>{{7777*7}}\${7777*7}`;

/** The parts of the payload that are not escaped. */
export const unescapedIn = (html: string): string[] =>
  ['<img src=x', '"zq=', "'zq=", '54439'].filter((sign) => html.includes(sign));

/** The mark of a column, as pages show it. */
export const markOf = (column: string): string => `at-${column.replaceAll(/[._]/g, '-')}-at`;

interface Column {
  table: string;
  name: string;
  type: 'text' | '_text' | 'jsonb';
}

/** Tables without user input. */
const machinery = [
  'mikro_orm_migrations',
  'rate_limits',
  'idempotency_keys',
  'heartbeats',
  'sessions',
  'outbox',
];
/** Columns without user input: hashes, sealed secrets and kinds. Time zones are validated everywhere. */
const machineColumn = /(^|_)hash$|_encrypted$|^kind$|time_zone$/;
/** Columns that contain an actor as `token:<name>`. */
const actorColumn = /^actor$|_by$/;

/**
 * Writes a payload with a column's own mark into every text of the database, without the application's
 * validation. Leaves out keys and texts that a constraint forbids. Returns the columns that contain it
 * now, as `table.column`.
 */
export async function fillWithPayloads(ownerUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query('alter table audit_entries disable trigger user');
    const filled: string[] = [];
    for (const column of await textColumns(client)) {
      if (await fill(client, column)) filled.push(`${column.table}.${column.name}`);
    }
    return filled;
  } finally {
    await client.end();
  }
}

async function textColumns(client: pg.Client): Promise<Column[]> {
  const { rows } = await client.query<Column>(`
    select table_name as table, column_name as name, udt_name as type from information_schema.columns
    where table_schema = 'public' and is_generated = 'NEVER' and udt_name in ('text', '_text', 'jsonb')
    order by 1, 2`);
  return rows.filter(({ table, name }) => !machinery.includes(table) && !machineColumn.test(name));
}

async function fill(client: pg.Client, { table, name, type }: Column): Promise<boolean> {
  const text = (actorColumn.test(name) ? 'token:' : '') + xssPayload(markOf(`${table}.${name}`));
  const harm = client.escapeLiteral(text);
  const value = {
    text: `${harm} || ' ' || row_number`,
    _text: `array(select ${harm} || ' ' || n from generate_subscripts(${name}, 1) n)`,
    jsonb: `pg_temp.with_harm(${name}, ${harm})`,
  }[type];
  await client.query(withHarm);
  try {
    const { rowCount } = await client.query(`
      update ${table} t set ${name} = ${value}
      from (select ctid as place, row_number() over () from ${table}) numbered
      where t.ctid = place and ${name} is not null ${hasTexts[type](name)}`);
    return (rowCount ?? 0) > 0;
  } catch (error) {
    const { code } = error as { code?: string };
    // A check or a foreign key forbids such a text.
    if (code === '23514' || code === '23503') return false;
    throw error;
  }
}

/** Selects lists and JSON values that contain a string. */
const hasTexts: Record<Column['type'], (name: string) => string> = {
  text: () => '',
  _text: (name) => `and ${name} <> '{}'`,
  jsonb: (name) => `and jsonb_path_exists(${name}, '$.** ? (@.type() == "string")')`,
};

/** Replaces every string of a JSON value, except names of fields, kinds and dates. */
const withHarm = `
create or replace function pg_temp.with_harm(value jsonb, harm text) returns jsonb language sql as $$
  select case jsonb_typeof(value)
    when 'string' then to_jsonb(harm)
    when 'array' then (select coalesce(jsonb_agg(pg_temp.with_harm(one, harm)), '[]') from jsonb_array_elements(value) one)
    when 'object' then (select coalesce(jsonb_object_agg(key,
      case when key in ('kind', 'state') or key like '%Date' then one else pg_temp.with_harm(one, harm) end), '{}') from jsonb_each(value) as fields(key, one))
    else value end
$$`;
