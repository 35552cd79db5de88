import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { assignAsset, recoverAsset } from '../../../database/inventory/assignments.ts';
import { assignSeat } from '../../../database/inventory/seats.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
let cast: Cast;
let ivo: Browserlike;

/** Everything happened on 1 March in UTC, which was 2 March in Ivo's time zone. */
beforeAll(async () => {
  cast = await makeCast(own.database);
  await assignAsset(em, 'system', cast.spare.id, cast.emil.id);
  await recoverAsset(em, 'system', cast.spare.id, { condition: 'good', nextStatus: 'in_stock', note: null });
  await assignSeat(em, 'system', cast.license.id, cast.emil.id);
  const time = '2026-03-01T20:00:00Z';
  const db = sqlOf(em);
  await sql`update users set time_zone = 'Pacific/Kiritimati' where id = ${cast.ivo.id}`.execute(db);
  await sql`update assignments set assigned_at = ${time}`.execute(db);
  await sql`update assignments set returned_at = ${time} where returned_at is not null`.execute(db);
  await sql`update seats set assigned_at = ${time}`.execute(db);
  await sql`update requests set created_at = ${time}`.execute(db);
  ivo = await web.signIn(cast.ivo.email);
});

test.each([
  ['an asset that somebody holds', () => `/assets/${cast.laptop.id}`],
  ['the history of an asset', () => `/assets/${cast.spare.id}`],
  ['the seats of a license', () => `/licenses/${cast.license.id}`],
  ['the requests', () => '/requests'],
  ['a request', () => `/requests/${cast.requestId}`],
  ['a checklist', () => `/offboarding/${cast.lena.id}`],
  ['a person', () => `/users/${cast.lena.id}`],
])("%s shows dates in the reader's time zone", async (_page, address) => {
  const { status, text } = await ivo.get(address());
  expect(status).toBe(200);
  expect(text).toMatch(/\b2 Mar 2026/);
  expect(text).not.toMatch(/\b1 Mar 2026/);
});
