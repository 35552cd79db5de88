import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../config/environment.ts';
import { ApiToken, User } from '../../database/entities/index.ts';
import { adminCommand } from '../../scripts/admin.ts';
import { type Command, runCommand } from '../../scripts/command.ts';
import { tokenCommand } from '../../scripts/token.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

const { database, url } = await ownDatabase();
const { em } = database;

/** Runs a command in this process, and returns its exit code and what it wrote on stderr. */
async function run(command: Command, args: string[]) {
  let complaint = '';
  const warn = (line: string) => {
    complaint += line;
  };
  const code = await runCommand(command, { args, variables: { DATABASE_URL: url }, print: () => {}, warn });
  return { code, complaint };
}

describe('npm run token', () => {
  const named = (name: string) => run(tokenCommand, ['--name', name, '--scopes', 'users:read']);

  test('cleans the name as the form does (R4, E4)', async () => {
    expect((await named('nightly\u2011hr\u200b')).code).toBe(0);
    expect(await em.fork().count(ApiToken, { name: 'nightly-hr' })).toBe(1);
    expect((await named('nightly\u2013hr')).complaint).toContain('Another API token has this name.');
  });

  test('says which character of the name is refused (E10)', async () => {
    expect(await named('night\u0085ly')).toEqual({
      code: 1,
      complaint: 'Name: Character 6 is a line break (U+0085). Write this on one line.',
    });
  });
});

describe('npm run admin', () => {
  test.each(['ada@x.example', 'mailto:ada@x.example', '<ada@x.example>', 'ada\u200b@x.example'])(
    'finds the person whose address is %j (E4, E9)',
    async (email) => {
      expect((await run(adminCommand, ['--email', email])).code).toBe(0);
      expect(await em.fork().find(User, { role: 'super-admin' })).toMatchObject([{ email: 'ada@x.example' }]);
    },
  );

  test.each(['.ada@x.example', 'a..b@x.example', 'ada', 'ada@x..example', 'a\u202eb@x.example'])(
    'refuses %j (E9)',
    async (email) => {
      const { code, complaint } = await run(adminCommand, ['--email', email]);
      expect(code).toBe(2);
      expect(complaint).toMatch(/^--email: (Expected an email|Character 2 )/);
    },
  );
});

test('the environment reads the address of the first super-admin like the form (E4, E9)', () => {
  const addressFrom = (LASTDAY_ADMIN_EMAIL: string) =>
    readEnvironment({
      DATABASE_URL: url,
      SECRET_KEY: Buffer.alloc(32).toString('base64'),
      LASTDAY_ADMIN_EMAIL,
    }).LASTDAY_ADMIN_EMAIL;
  expect(addressFrom('')).toBeUndefined();
  expect(addressFrom(' <ada@x.example>\u200b')).toBe('ada@x.example');
  expect(() => addressFrom('.ada@x.example')).toThrow(
    'LASTDAY_ADMIN_EMAIL: Expected an email such as name@example.com.',
  );
});
