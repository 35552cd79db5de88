import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { sqlOf } from '../../database/core/tables.ts';
import { assignAsset } from '../../database/inventory/assignments.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { makeFormerEmployee } from '../../testing/cast/former-employees.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { routesOf } from '../../testing/web/routes.ts';
import { startWeb } from '../../testing/web/web.ts';

// ASVS 15.3.3, over every column of the schema.

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

/**
 * Routes that take no column: they take an id and at most a password, a token, a time or a choice.
 * Imports name their columns, and the API refuses unknown fields.
 */
const takesNoColumn =
  /^POST \/(api|scim|session|sign-in|unsubscribe|invitation|me|mails|notifications|imports|seats|offboarding|users\/:\w+\/(sessions|account|second-factor)|settings\/((tokens|webhooks)\/:\w+\/|directory\/(held|questions)\/|sign-in|workspace\/second-factor))/;

/** A value of each type that the cast does not contain. */
const smuggled: Record<string, string> = {
  int4: '424242',
  int8: '424242',
  date: '1987-06-05',
  timestamptz: '1987-06-05T04:03:02Z',
  jsonb: '{"smuggled":1}',
};

/** The columns of the tables behind the forms, in both spellings, as form fields. */
async function theirColumns(): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string; type: string }>`
    select distinct column_name as name, udt_name as type from information_schema.columns
    where table_schema = 'public' and table_name in ('users', 'offboardings', 'assets', 'assignments', 'licenses',
      'seats', 'requests', 'recovery_corrections', 'api_tokens', 'webhook_endpoints', 'workspace', 'one_time_links')`.execute(
    sqlOf(em.fork()),
  );
  const camel = (name: string) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(
    rows.flatMap(({ name, type }) =>
      [name, camel(name)].map((spelt) => [spelt, smuggled[type] ?? 'smuggled']),
    ),
  );
}

/** The tables with a row that contains one of those values. */
async function tablesWithSmuggled(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'
      and table_type = 'BASE TABLE'`.execute(sqlOf(em.fork()));
  const found = [];
  for (const { name } of rows) {
    const { rows: rowsOfIt } = await sql`
      select 1 from ${sql.table(name)} t where to_jsonb(t)::text ~ 'smuggled|424242|1987-06-05' limit 1`.execute(
      sqlOf(em.fork()),
    );
    if (rowsOfIt.length > 0) found.push(name);
  }
  return found;
}

test('a form sets only the columns that it shows', async () => {
  const { ada, emil, timo, lena, laptop, spare, license, requestId } = await makeCast(own.database);
  const gone = await makeFormerEmployee(own.database);
  const browser = await web.signIn(ada.email);
  const person = {
    department: '',
    jobTitle: 'Cook',
    startDate: '',
    endDate: '',
    timeZone: '',
    status: 'active',
  };
  const named = {
    name: 'Ines',
    email: 'ines@lastday.example',
    externalId: 'I-1',
    manager: '',
    managerId: '',
  };
  const asset = { tag: 'MA-1', serial: '', model: 'X1', location: '', status: 'in_stock' };
  const recovery = {
    condition: 'good',
    nextStatus: 'in_stock',
    note: '',
    location: '',
    assignmentId: String(laptop.assignmentId),
  };
  const many = { condition: 'good', nextStatus: 'in_stock', note: '', location: '' };
  const correction = { assignmentId: String(laptop.assignmentId) };
  const mistake = { assignmentId: String(await assignAsset(em, `user:${ada.id}`, spare.id, emil.id)) };
  const forms: [string, Record<string, string>][] = [
    [`/assets/${spare.id}/assignment/undo`, mistake],
    ['/users', { ...person, ...named, managerSearched: '' }],
    [
      `/users/${timo.id}`,
      { ...person, ...named, email: 'timo@new.example', externalId: 'T-1', managerSearched: '' },
    ],
    [`/users/${timo.id}/end-date`, { endDate: '2031-01-31' }],
    [`/users/${emil.id}/role`, { role: 'it-admin' }],
    [`/users/${emil.id}/invitation`, {}],
    ['/assets', asset],
    [`/assets/${spare.id}`, { ...asset, tag: 'MA-2' }],
    [`/assets/${spare.id}/assignment`, { userId: String(timo.id) }],
    [`/assets/${laptop.id}/recovery`, recovery],
    [`/assets/${laptop.id}/recovery/undo`, correction],
    ['/assets/recovery', { ...many, [`assignmentId-${laptop.id}`]: correction.assignmentId }],
    [`/assets/${laptop.id}/recovery`, recovery],
    [`/assets/${laptop.id}/recovery/correction`, correction],
    [`/assets/${laptop.id}/assignment/correction`, correction],
    ['/licenses', { name: 'Miro', vendor: '', seatsTotal: '3' }],
    [`/licenses/${license.id}`, { name: 'Figma', vendor: '', seatsTotal: '9' }],
    [`/licenses/${license.id}/seats`, { userId: String(timo.id) }],
    ['/requests', { userId: String(timo.id), item: 'Monitor', reason: '' }],
    [`/requests/${requestId}/approval`, {}],
    [`/requests/${requestId}/resolution`, { outcome: 'rejected', note: '', assetId: '' }],
    [`/requests/${requestId}/resolution/undo`, {}],
    [`/requests/${requestId}/resolution/correction`, {}],
    [`/offboarding/${lena.id}/cancellation`, {}],
    ['/settings/tokens', { name: 'feed', scopes: 'users:read' }],
    ['/settings/tokens/1', { name: 'another feed', scopes: 'users:read' }],
    [
      '/settings/webhooks',
      { url: 'https://hooks.example/x', description: '', eventTypes: 'user.offboarded' },
    ],
    [
      '/settings/webhooks/1',
      { url: 'https://hooks.example/y', description: '', eventTypes: 'user.offboarded' },
    ],
    ['/settings/workspace', { name: 'Nordwind', timeZone: 'Europe/Oslo' }],
    [
      '/settings/workspace/imports',
      { dateFormat: 'YYYY-MM-DD', noDates: 'NULL', brakeCount: '7', brakePercent: '3' },
    ],
    [
      '/settings/directory/limit',
      { directoryLimit: 'on', directoryLimitCount: '7', directoryLimitPercent: '3' },
    ],
    [`/users/${gone.id}/erasure`, {}],
    [`/users/${timo.id}/merge`, { into: String(emil.id) }],
    ['/settings/workspace/erasure', { eraseAfterMonths: '12' }],
    ['/settings/workspace/token-limit', { tokenLimit: 'on', tokenLimitCount: '9', tokenLimitPercent: '4' }],
    ['/settings/workspace/reminders', { remindDaysBefore: '7', remindOverdueEvery: '3', digestHour: '8' }],
  ];
  const columns = await theirColumns();
  const shapeOf = (path: string) => path.replaceAll(/:\w+|\d+/g, '…');
  const shapes = new Set(forms.map(([path]) => shapeOf(path)));
  const notTried = routesOf(web.app)
    .filter((route) => route.startsWith('POST ') && !takesNoColumn.test(route))
    .filter((route) => !shapes.has(shapeOf(route.slice('POST '.length))));
  expect(notTried).toEqual([]);
  for (const [path, own] of forms) {
    const answer = await browser.post(path, { ...columns, ...own });
    expect([path, answer.status]).toEqual([path, 303]);
    expect([path, await tablesWithSmuggled()]).toEqual([path, []]);
  }
});
