import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { verifyCredentials } from '../../database/access/credentials.ts';
import { makeSuperAdmin } from '../../database/access/first-admin.ts';
import { useLink } from '../../database/access/one-time-links.ts';
import { findActiveToken } from '../../database/access/tokens.ts';
import { User } from '../../database/entities/index.ts';
import { adminCommand } from '../../scripts/admin.ts';
import { type Command, runCommand } from '../../scripts/command.ts';
import { firstAdminCommand } from '../../scripts/first-admin.ts';
import { migrateCommand } from '../../scripts/migrate.ts';
import { seedCommand } from '../../scripts/seed.ts';
import { tokenCommand } from '../../scripts/token.ts';
import { emptyDatabase, ownDatabase } from '../../testing/servers/database.ts';

const { database, url } = await ownDatabase();
const { em } = database;

const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'lastday-commands-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

interface Result {
  code: number | null;
  lines: string[];
  complaint: string;
}

/** Runs a command as an operator does: in its own process, with these variables only. */
function runInShell(script: string, args: string[], variables: NodeJS.ProcessEnv): Promise<Result> {
  const env = { PATH: process.env.PATH, LASTDAY_DATA: dataDir, ...variables };
  const child = spawn(process.execPath, [`${scripts}${script}.ts`, ...args], { env });
  let out = '';
  let complaint = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, lines: out.trimEnd().split('\n'), complaint }));
  });
}

/** Runs a command in this process. */
async function run(command: Command, args: string[], variables: NodeJS.ProcessEnv): Promise<Result> {
  const lines: string[] = [];
  let complaint = '';
  const code = await runCommand(command, {
    args,
    variables: { LASTDAY_DATA: dataDir, ...variables },
    print: (line) => lines.push(line),
    warn: (line) => {
      complaint += `${line}\n`;
    },
  });
  return { code, lines, complaint };
}

const here = { DATABASE_URL: url };

describe('migrate', () => {
  test('prints what it applied, and on the second run that nothing is left', async () => {
    const empty = await emptyDatabase();
    const variables = { DATABASE_URL: empty.url, MIGRATION_DATABASE_URL: empty.ownerUrl };
    const first = await runInShell('migrate', [], variables);
    expect(first).toMatchObject({ code: 0, complaint: '' });
    expect(first.lines[0]).toMatch(/^Applied Migration\d+_Tables$/);
    expect((await run(migrateCommand, [], variables)).lines).toEqual(['The schema is up to date']);
    // The migration has granted the application's role its rights.
    expect(await run(adminCommand, ['--email', 'a@b.c'], { DATABASE_URL: empty.url })).toMatchObject({
      code: 0,
    });
  });
});

test('migrate recognises a database from before 0.1.0 and changes nothing', async () => {
  const { url, ownerUrl } = await emptyDatabase();
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  await owner.query(`
    create table mikro_orm_migrations (id serial primary key, name varchar(255), executed_at timestamptz default now());
    insert into mikro_orm_migrations (name) values ('Migration20261124060000_FirstTables');`);
  const { code, complaint } = await run(migrateCommand, [], {
    DATABASE_URL: url,
    MIGRATION_DATABASE_URL: ownerUrl,
  });
  expect(code).toBe(1);
  expect(complaint).toMatch(/^This database is from a version of Lastday before 0\.1\.0/);
  const { rows } = await owner.query(`select tablename from pg_tables where schemaname = 'public'`);
  await owner.end();
  expect(rows).toEqual([{ tablename: 'mikro_orm_migrations' }]);
});

test('migrate warns when the application owns its tables', async () => {
  const { ownerUrl } = await emptyDatabase();
  const { code, complaint } = await run(migrateCommand, [], { DATABASE_URL: ownerUrl });
  expect(code).toBe(0);
  expect(complaint).toMatch(/^Warning: the application connects as the owner of the tables/);
});

describe('token', () => {
  test('prints a valid token alone on the last line', async () => {
    const args = ['--name', 'hr', '--scopes', 'users:write, users:read'];
    const { code, lines } = await runInShell('token', args, here);
    expect(code).toBe(0);
    expect(await findActiveToken(em, lines.at(-1)!)).toMatchObject({
      name: 'hr',
      scopes: ['users:write', 'users:read'],
    });
  });

  test('lists the scopes when one is unknown', async () => {
    const { code, complaint } = await run(tokenCommand, ['--name', 'x', '--scopes', 'users:all'], here);
    expect(code).toBe(1);
    expect(complaint).toMatch(
      /^Unknown scope "users:all"\. Known: users:read, users:write, .*imports:write, scim\.\n$/,
    );
  });

  test('exits with the usage on stderr and code 2', async () => {
    const { code, lines, complaint } = await runInShell('token', ['--name', 'x'], here);
    expect({ code, lines }).toEqual({ code: 2, lines: [''] });
    expect(complaint).toContain('Usage: npm run token');
  });

  test.each([[['--name', 'x']], [['--nam', 'x']]])('prints the usage for %j', async (args) => {
    const { code, complaint } = await run(tokenCommand, args, here);
    expect(code).toBe(2);
    expect(complaint).toContain('Usage: npm run token -- --name NAME --scopes SCOPE[,SCOPE…]');
  });
});

describe('admin', () => {
  test('prints a one-time sign-in link for a super-admin alone on the last line', async () => {
    const variables = { ...here, PUBLIC_URL: 'https://lastday.example/' };
    const { code, lines } = await runInShell('admin', ['--email', 'a@b.c'], variables);
    expect(code).toBe(0);
    const [, value] = /^https:\/\/lastday\.example\/invitation\/([\w-]{43})$/.exec(lines.at(-1)!)!;
    expect(await useLink(em.fork(), value!)).toMatchObject({ email: 'a@b.c', role: 'super-admin' });
  });

  test('refuses a user who has been offboarded', async () => {
    const fork = em.fork();
    fork.create(User, { name: 'Gone', email: 'gone@lastday.example', status: 'offboarded' });
    await fork.flush();
    const { code, complaint } = await run(adminCommand, ['--email', 'gone@lastday.example'], here);
    expect(code).toBe(1);
    expect(complaint).toBe("gone@lastday.example is offboarded and can't be a super admin.\n");
  });

  test('uses the running local instance without DATABASE_URL', async () => {
    const nowhere = await run(adminCommand, ['--email', 'beside@lastday.example'], {});
    expect(nowhere).toMatchObject({ code: 1, complaint: expect.stringMatching(/^No database\./) });

    const machine = {
      pid: 1,
      url: '',
      programs: {},
      environment: { ...here, HOST: '127.0.0.1', PORT: '3456' },
    };
    writeFileSync(join(dataDir, 'running.json'), JSON.stringify(machine));
    const { lines } = await run(adminCommand, ['--email', 'beside@lastday.example'], {});
    expect(lines.at(-1)).toMatch(/^http:\/\/127\.0\.0\.1:3456\/invitation\/[\w-]{43}$/);
    rmSync(join(dataDir, 'running.json'));
  });

  test.each([
    [
      'postgresql://lastday@127.0.0.1:1/lastday',
      "PostgreSQL can't be reached (ECONNREFUSED). Is it running?\n",
    ],
    [
      'here',
      'These environment variables are missing or wrong:\n  DATABASE_URL: Expected a postgresql:// URL\n',
    ],
  ])('with %s it explains the error', async (DATABASE_URL, complaint) => {
    expect(await run(adminCommand, ['--email', 'a@b.c'], { DATABASE_URL })).toMatchObject({
      code: 1,
      complaint,
    });
  });

  test('says what to run when the schema is missing', async () => {
    const { complaint } = await run(adminCommand, ['--email', 'a@b.c'], {
      DATABASE_URL: (await emptyDatabase()).url,
    });
    expect(complaint).toContain('run `npm run migrate` first');
  });
});

describe('first-admin', () => {
  const admin = { LASTDAY_ADMIN_EMAIL: 'first@lastday.example', LASTDAY_ADMIN_PASSWORD: 'three dull knives' };

  test('prints a sign-in that works for a super-admin who had no password, as in the demo', async () => {
    await makeSuperAdmin(em, 'system', admin.LASTDAY_ADMIN_EMAIL);
    const { code, lines } = await run(firstAdminCommand, [], { ...here, ...admin });
    expect(code).toBe(0);
    expect(lines).toEqual(['first@lastday.example with the password from LASTDAY_ADMIN_PASSWORD']);
    expect(await verifyCredentials(em, 'first@lastday.example', 'three dull knives')).not.toBeNull();
  });

  test('prints nothing for a super-admin with another password, so that the link is printed', async () => {
    const other = { ...admin, LASTDAY_ADMIN_PASSWORD: 'four sharp knives' };
    expect(await run(firstAdminCommand, [], { ...here, ...other })).toMatchObject({ code: 0, lines: [] });
    expect(await run(firstAdminCommand, [], here)).toMatchObject({ code: 0, lines: [] });
  });
});

describe('seed', () => {
  test('adds the given number of people', async () => {
    const { code, lines } = await runInShell('seed', ['--users', '60', '--leavers', '6'], here);
    expect(code).toBe(0);
    expect(lines).toContainEqual(expect.stringMatching(/^users: 60 in /));
    expect(lines.at(-1)).toMatch(/^Added 60 users, 6 of them leaving, in [\d.]+ s$/);
  });

  test.each([
    [['--users', '10'], '--leavers is missing.'],
    [['--users', 'many', '--leavers', '1'], '--users expects a number, not "many".'],
    [['--users', '10', '--leavers', '-1'], "Option '--leavers' argument is ambiguous."],
    [
      ['--users', '10', '--leavers', '11'],
      "--users must be at least 1, and --leavers can't be more than --users.",
    ],
  ])('%j prints the usage', async (args, reason) => {
    const { code, complaint } = await run(seedCommand, args, here);
    expect(code).toBe(2);
    expect(complaint.startsWith(reason)).toBe(true);
    expect(complaint).toContain('Usage: npm run seed -- --users NUMBER --leavers NUMBER');
  });
});

describe('demo', () => {
  test('does not change a database with users', async () => {
    expect(await runInShell('demo', [], here)).toMatchObject({
      code: 0,
      lines: ["The database isn't empty, so no demo data was added"],
    });
  });
});
