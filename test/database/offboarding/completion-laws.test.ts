import pg from 'pg';
import { expect, test } from 'vitest';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { assignSeat } from '../../../database/inventory/seats.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { complete } from './completing.ts';

const { database, ownerUrl, url } = await ownDatabase();
const { em } = database;

test('after completion neither the application nor SQL can give the person anything', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await complete(database, cast);
  const by = `user:${cast.ivo.id}` as const;
  await expect(assignAsset(em, by, cast.spare.id, cast.lena.id)).rejects.toThrow(/offboarded/);
  await expect(assignSeat(em, by, cast.license.id, cast.lena.id)).rejects.toThrow(/offboarded/);
  await expect(setEndDate(em, by, cast.lena.id, '2030-01-01')).rejects.toThrow(/offboarded/);

  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const refused = (text: string, values: unknown[]) =>
    expect(client.query(text, values)).rejects.toMatchObject({ code: '23503' });
  await refused('insert into assignments (asset_id, user_id) values ($1, $2)', [cast.spare.id, cast.lena.id]);
  await refused('insert into seats (license_id, user_id) values ($1, $2)', [cast.license.id, cast.lena.id]);
  await refused(`insert into requests (user_id, item) values ($1, 'x')`, [cast.lena.id]);
  await refused('update assignments set returned_at = null where id = $1', [cast.laptop.assignmentId]);
  await refused('update users set manager_id = $2 where id = $1', [cast.emil.id, cast.lena.id]);
  await client.end();
});

test('SQL cannot complete an offboarding while an item is open', async () => {
  const cast = await makeCast(database);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await expect(
    client.query(`update users set status = 'offboarded', offboarding_completed_at = now() where id = $1`, [
      cast.lena.id,
    ]),
  ).rejects.toMatchObject({ code: '23503' });
  await client.end();
});

test('SQL can neither undo a completion nor reopen a closed offboarding', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await complete(database, cast);
  for (const connectionString of [url, ownerUrl]) {
    const client = new pg.Client({ connectionString });
    await client.connect();
    const refused = (text: string, id: number) =>
      expect(client.query(text, [id])).rejects.toMatchObject({ code: '42501' });
    await refused('update users set offboarding_completed_at = null where id = $1', cast.lena.id);
    await refused('update users set offboarding_completed_at = now() where id = $1', cast.lena.id);
    await refused(
      `update offboardings set state = 'open', closed_at = null where id = $1`,
      cast.offboardingId,
    );
    await refused(`update offboardings set state = 'cancelled' where id = $1`, cast.offboardingId);
    await client.query(`update users set name = 'Lena Berg' where id = $1`, [cast.lena.id]);
    await client.end();
  }
});
