import { beforeEach, describe, expect, test } from 'vitest';
import { ApiToken, Asset, Assignment, License, Seat, User } from '../../../database/entities/index.ts';
import type { Cast } from '../../../testing/cast/cast.ts';
import { expectProblem } from '../../../testing/web/api.ts';
import { messageBeside } from '../../../testing/web/page-messages.ts';
import type { Browserlike } from '../../../testing/web/web.ts';
import { everyEntryPoint, quoted } from './setup.ts';

const { em, call, files, setUp } = await everyEntryPoint();

let cast: Cast;
let ada: Browserlike;
beforeEach(async () => {
  ({ cast, ada } = await setUp());
});

/** The same identifier as people paste it: from a table, from a text, and from a web page. */
const pasted = (text: string) =>
  ['\u200b', '\u00ad', '\u00a0'].map((mark) => `${text.replaceAll('-', '\u2011')}${mark}`);
const user = (id: number) => em.fork().findOneOrFail(User, { id });

describe('what names a record finds the one that is there', () => {
  test('an asset by its tag, in a file and in the API (R4)', async () => {
    const before = await em.fork().count(Asset);
    const tags = pasted(cast.laptop.tag);
    for (const tag of tags) {
      const done = await files.run(
        'assets',
        quoted([
          ['tag', 'model', 'holder'],
          [tag, 'T14', cast.emil.externalId],
        ]),
      );
      expect(done.results).toMatchObject({ created: 0, failed: 1 });
    }
    expect(await em.fork().count(Asset)).toBe(before);
    const body = { condition: 'good', nextStatus: 'in_stock' };
    const recovered = await call('POST', `/assets/${encodeURIComponent(tags[0]!)}/recovery`, { body });
    expect(recovered.json).toMatchObject({ outcome: 'recovered', tag: cast.laptop.tag });
  });

  test('a person by external id or address, in a file (R4)', async () => {
    const before = await em.fork().count(User);
    for (const email of [`${cast.emil.email}\u200b`, `<${cast.emil.email}>`]) {
      await files.run(
        'users',
        quoted([
          ['email', 'jobTitle'],
          [email, email.slice(-2)],
        ]),
      );
      expect((await user(cast.emil.id)).jobTitle).toBe(email.slice(-2).replace('\u200b', ''));
    }
    for (const externalId of pasted(cast.emil.externalId)) {
      await files.run(
        'users',
        quoted([
          ['externalId', 'department'],
          [externalId, 'Found'],
        ]),
      );
    }
    expect((await user(cast.emil.id)).department).toBe('Found');
    expect(await em.fork().count(User)).toBe(before);
  });

  test('a person by external id, in the API (R4, E4)', async () => {
    for (const externalId of pasted(cast.emil.externalId)) {
      const path = `/users/${encodeURIComponent(externalId)}`;
      expect((await call('GET', path)).json).toMatchObject({ id: cast.emil.id });
      const { items } = (await call('GET', `/users?externalId=${encodeURIComponent(externalId)}`)).json;
      expect(items).toMatchObject([{ id: cast.emil.id }]);
      const body = { name: 'Emil', email: cast.emil.email, externalId };
      expect(await call('PUT', path, { body })).toMatchObject({ status: 200 });
    }
    const [pastedMira] = pasted(cast.mira.externalId);
    const patched = await call('PATCH', `/users/${cast.emil.externalId}`, {
      body: { managerExternalId: pastedMira },
    });
    expect(patched.json).toMatchObject({ managerExternalId: cast.mira.externalId });
    expectProblem(await call('GET', '/users/a%E2%80%AEb'), 404, 'not-found');
    expectProblem(await call('PUT', '/users/a%E2%80%AEb', { body: { name: 'N' } }), 422, 'invalid-input');
    expectProblem(await call('GET', '/users?externalId=a%00'), 400, 'not-understood');
  });

  test('a manager, a holder and the user of a seat, by both (R4)', async () => {
    const [mira, holder] = [`mailto:${cast.mira.email}`, pasted(cast.timo.externalId)[0]!];
    await files.run(
      'users',
      quoted([
        ['externalId', 'manager'],
        [cast.timo.externalId, mira],
      ]),
    );
    expect((await user(cast.timo.id)).managerId).toBe(cast.mira.id);
    await files.run(
      'assets',
      quoted([
        ['tag', 'holder'],
        [cast.spare.tag, holder],
      ]),
    );
    expect(await em.fork().count(Assignment, { userId: cast.timo.id })).toBe(1);
    const license = `\ufeff${cast.license.name.replace(' ', '\u00a0')}`;
    await files.run(
      'licenses',
      quoted([
        ['license', 'user'],
        [license, holder],
      ]),
    );
    expect(await em.fork().count(Seat, { userId: cast.timo.id, licenseId: cast.license.id })).toBe(1);
    await ada.post(`/users/${cast.rosa.id}`, { manager: `Mira <${mira}>\u200b` });
    expect((await user(cast.rosa.id)).managerId).toBe(cast.mira.id);
  });
});

describe('the forms', () => {
  test('store tags, serials, names of licenses and of tokens cleaned (R4, E4)', async () => {
    await ada.post('/assets', {
      tag: `N\u2011${cast.ada.id}\u200b`,
      serial: '\u2212S\u00ad',
      model: 'M\u2011',
    });
    const stored = { tag: `N-${cast.ada.id}`, serial: '-S', model: 'M\u2011' };
    expect(await em.fork().findOne(Asset, { tag: stored.tag })).toMatchObject(stored);
    await ada.post('/licenses', { name: `Suite \u2013 ${cast.ada.id}\u2060`, seatsTotal: '1' });
    expect(await em.fork().count(License, { name: `Suite - ${cast.ada.id}` })).toBe(1);
    await ada.post('/settings/tokens', { name: `nightly\u2011${cast.ada.id}\u200b`, scopes: 'users:read' });
    expect(await em.fork().count(ApiToken, { name: `nightly-${cast.ada.id}` })).toBe(1);
  });

  test.each(['\u0000', '\u0085', '\u2028', '\u202e', '\ufffe'])(
    'refuse %j in every field of a person, and say where (E5, E10)',
    async (character) => {
      for (const field of ['name', 'email', 'externalId', 'department', 'jobTitle', 'manager']) {
        const typed = { name: 'N', [field]: `ab${character}` };
        for (const path of ['/users', `/users/${cast.emil.id}`]) {
          const { status, text } = await ada.post(path, typed);
          expect(status).toBe(422);
          expect(messageBeside(text, field)).toMatch(/^Character 3 /);
        }
      }
    },
  );
});
