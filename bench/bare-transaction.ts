import type pg from 'pg';

/** A transaction of so many statements, its begin and commit included, that locks a person, reads them again and again, and writes them. */
export async function transact(pool: pg.Pool, userId: number, statements: number): Promise<void> {
  const client = await pool.connect();
  await client.query('begin');
  for (let i = 0; i < statements - 3; i++)
    await client.query('select id from users where id = $1 for update', [userId]);
  await client.query('update users set revision = revision + 1 where id = $1', [userId]);
  await client.query('commit');
  client.release();
}
