import type pg from 'pg';

/** Runs a transaction of `statements` statements, including begin and commit: it locks, reads and updates a user. */
export async function transact(pool: pg.Pool, userId: number, statements: number): Promise<void> {
  const client = await pool.connect();
  await client.query('begin');
  for (let i = 0; i < statements - 3; i++)
    await client.query('select id from users where id = $1 for update', [userId]);
  await client.query('update users set revision = revision + 1 where id = $1', [userId]);
  await client.query('commit');
  client.release();
}
