import { readFileSync } from 'node:fs';
import pg from 'pg';
import { expect, test } from 'vitest';
import { migrate } from '../../../database/core/migrate.ts';
import { emptyDatabase } from '../../../testing/servers/database.ts';

const firstSchema = new URL('../../../prove/upgrade/schema-0.1.0.sql', import.meta.url);

test('identifiers of the first version are cleaned, unless another record has the cleaned one (R4)', async () => {
  const { url, ownerUrl } = await emptyDatabase();
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  await owner.query(readFileSync(firstSchema, 'utf8'));
  await owner.query(`set search_path to public`);
  await owner.query(
    `insert into users (name, email, external_id) values
      ('A', $1, $2), ('B', 'b@x.example', 'E-2'), ('C', 'müller@x.example', $3), ('D', '.d@x.example', 'Ø 4')`,
    ['a\u200b@x.example', 'E\u20111', 'E\u20112'],
  );
  await owner.query(`insert into assets (tag, serial, model) values ($1, $2, 'M'), ($3, $2, 'M')`, [
    'LT\u20131',
    'S\u00ad1',
    'LT\u20141',
  ]);
  await owner.query(`insert into licenses (name, vendor, seats_total) values ($1, 'A', 1), ($1, 'B', 1)`, [
    'Adobe \u2013 CC',
  ]);
  await migrate(ownerUrl, url);
  const rows = async (text: string) => (await owner.query({ text, rowMode: 'array' })).rows;
  expect(await rows('select external_id, email from users order by id')).toEqual([
    ['E-1', 'a@x.example'],
    ['E-2', 'b@x.example'],
    ['E\u20112', 'müller@x.example'],
    ['Ø 4', '.d@x.example'],
  ]);
  expect(await rows('select tag, serial from assets order by id')).toEqual([
    ['LT-1', 'S1'],
    ['LT\u20141', 'S1'],
  ]);
  expect(await rows('select name, vendor from licenses order by id')).toEqual([
    ['Adobe - CC', 'A'],
    ['Adobe - CC', 'B'],
  ]);
  await owner.end();
});
