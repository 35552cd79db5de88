import { describe, expect } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { consoleTests } from '../../../testing/web/console.ts';
import { rawRequest } from '../../../testing/web/raw-request.ts';

const { test, web, em } = await consoleTests();
const host = `Host: ${new URL(web.address).host}`;

describe('a request for no address is no error of ours (E7)', () => {
  test.for([
    ['OPTIONS *', 204],
    ['GET *', 400],
    ['POST *', 400],
    ['HEAD *', 400],
    ['DELETE *', 400],
    ['OPTIONS nowhere:80', 400],
    ['GET foo://bar', 404],
  ] as const)('%s is %i', async ([line, expected]) => {
    const { status } = await rawRequest(web.address, [`${line} HTTP/1.1`, host, 'Sec-Fetch-Site: none']);
    expect(status).toBe(expected);
  });

  test('an address with its host is read as usual', async () => {
    const { status } = await rawRequest(web.address, [`GET ${web.address}/sign-in HTTP/1.1`, host]);
    expect(status).toBe(200);
  });
});

describe('headers', () => {
  test.for(['/sign-in', '/ready', '/api/v1/openapi.json'])(
    'two Host headers are a 400 at %s (E16)',
    async (path) => {
      const once = await rawRequest(web.address, [`GET ${path} HTTP/1.1`, host]);
      expect(once.status).toBe(200);
      const twice = await rawRequest(web.address, [`GET ${path} HTTP/1.1`, host, 'Host: other.example']);
      expect(twice.status).toBe(400);
      expect(twice.headers).toContain('cache-control: no-store');
    },
  );

  test.for(['X-Any', 'Cookie', 'Authorization', 'Idempotency-Key', 'If-Match', 'X-Request-Id'])(
    'a zero byte in %s is a 400',
    async (name) => {
      const lines = ['GET /api/v1/users HTTP/1.1', host, `${name}: a\0b`];
      expect((await rawRequest(web.address, lines)).status).toBe(400);
    },
  );
});

describe('an address with a zero byte or damaged UTF-8 is a 4xx', () => {
  test.for([
    '/users?q=%00',
    '/users?q=a%00b',
    '/users?%00=b',
    '/users?q=a?b=%00',
    '/users?q=%FF',
    '/users?department=M%FCnchen',
    '/assets?q=%ED%A0%80',
    '/licenses?q=%00',
    '/requests?q=%00',
    '/audit?about=%00',
    '/users/suggestions?manager=%00',
    '/nowhere?x=%00',
    '/sign-in?return=%00',
  ])('%s is 400', async (path, { ada }) => {
    const { status, text } = await ada.get(path);
    expect(status).toBe(400);
    expect(text).toMatch(/zero byte|UTF-8/);
  });

  test.for(['/users/%00', '/%00', '/users/%FF', '/assets/%00/edit', '/public/%00', '/invitation/%00'])(
    '%s is a 4xx, or a link that is over',
    async (path, { ada }) => {
      expect((await ada.get(path)).status).toBeLessThan(500);
    },
  );

  test.for(['/users?q=%E2%82%AC', '/users?q=100%', '/users?q=%2500', '/users?q=%zz', '/users?q=a+b'])(
    '%s is read',
    async (path, { ada }) => {
      expect((await ada.get(path)).status).toBe(200);
    },
  );
});

describe('a form in another encoding is a 400, and stores nothing', () => {
  test.for(['name=M%FCller', 'name=M\xfcller', 'jobTitle=%ED%A0%80', 'x=%C3'])(
    '%s',
    async (body, { ada, cast }) => {
      const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(`${web.address}/users/${cast.emil.id}`, {
        method: 'POST',
        headers: {
          cookie,
          'Sec-Fetch-Site': 'same-origin',
          'Content-Type': 'application/x-www-form-urlencoded',
        },
        body: Buffer.from(body, 'latin1'),
      });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('Expected text in UTF-8.');
      expect(await em.fork().findOneOrFail(User, cast.emil.id)).toMatchObject({ name: cast.emil.name });
    },
  );
});
