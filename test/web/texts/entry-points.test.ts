import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { everyEntryPoint, type Newcomer } from './setup.ts';

const { em, ways } = await everyEntryPoint();

const special = fc.constantFrom(
  ...'\u0001\t\n\u0085\u00a0\u00ad\u0301\u2011\u2013\u200b\u200d\u2028\u202e\u2060\u2212\u3000\u3164\ufeff\ufffe',
);
/** Files and forms carry no half characters, and a file with a zero byte is no text. */
const anyText = fc
  .string({
    unit: fc.oneof(special, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })),
    maxLength: 12,
  })
  .filter((text) => !text.startsWith("'"));
const texts = fc.sample(anyText, { seed: 15, numRuns: 60 });

const wayNames = ['form', 'api', 'file'] as const;
type Way = (typeof wayNames)[number];

/** What a way stores of each person, by the end of their external id; null of somebody refused. */
async function storedBy(way: Way, people: Newcomer[]) {
  await ways[way](people);
  return Promise.all(
    people.map(async ({ externalId }) => {
      const end = externalId.slice(externalId.lastIndexOf('#'));
      const [user] = await em.fork().find(User, { externalId: { $like: `%${end}` } });
      return user ? [user.externalId!.slice(0, -end.length), user.name, user.email ?? null] : null;
    }),
  );
}

async function storedByAll(personOf: (way: Way) => Newcomer[]) {
  const [form, api, file] = await Promise.all(wayNames.map((way) => storedBy(way, personOf(way))));
  return { form: form!, api: api!, file: file! };
}

describe('the same text', () => {
  test('as a name or an identifier is stored the same by a form, a call and a file (R4, E4, E10)', async () => {
    const { form, api, file } = await storedByAll((way) =>
      texts.map((text, place) => ({ externalId: `${text}#${way}${place}.`, name: text })),
    );
    expect(api).toEqual(form);
    expect(file).toEqual(form);
    expect(form.filter((stored) => stored !== null).length).toBeGreaterThan(10);
    expect(form.filter((stored) => stored === null).length).toBeGreaterThan(10);
  });

  test.each([
    ['mailto:p%@b.example', 'p%@b.example'],
    ['<p%@b.example>', 'p%@b.example'],
    ['p%\u200b@b.example', 'p%@b.example'],
    ['\u00a0p%@b\u2011c.example', 'p%@b-c.example'],
    ['.p%@c.example', null],
    ['p%..x@c.example', null],
    ['p%@b..c', null],
    ['p%@-c.example', null],
    ['p%,b@c.example', null],
    ['<b>p%</b>@c.example', null],
    ['p%@b.example/..', null],
    ['p%\u0085@c.example', null],
    ['p%\u202e@c.example', null],
  ])('as an address is stored the same or refused the same: %j (E4, E9)', async (typed, stored) => {
    const place = texts.length + Math.floor(Math.random() * 1e6);
    const at = (text: string, way: Way) => text.replace('%', `${way}${place}`);
    const all = await storedByAll((way) => [
      { externalId: `#${way}${place}.`, name: 'N', email: at(typed, way) },
    ]);
    for (const way of wayNames) {
      expect(all[way]).toEqual([stored === null ? null : ['', 'N', at(stored, way)]]);
    }
  });
});
