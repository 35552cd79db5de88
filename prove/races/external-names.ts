import type pg from 'pg';

/** Looks up the external ids of people and the tags of assets by their ids. */
export function externalNames(pool: pg.Pool) {
  const known = new Map<string, string>();

  async function nameOf(query: string, id: number): Promise<string> {
    const key = `${query} ${id}`;
    const name = known.get(key) ?? (await pool.query<{ name: string }>(query, [id])).rows[0]!.name;
    known.set(key, name);
    return name;
  }

  return {
    person: (id: number) => nameOf('select external_id as name from users where id = $1', id),
    asset: (id: number) => nameOf('select tag as name from assets where id = $1', id),
  };
}
