import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountConditions, groupConditions } from '../../../web/scim/filter/conditions.ts';
import { ScimError } from '../../../web/scim/http/scim-error.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';

test.each([
  ['userName eq "lena"', { attribute: 'userName', value: 'lena' }],
  ['USERNAME Eq   "lena" ', { attribute: 'userName', value: 'lena' }],
  [`${core}:userName eq "lena"`, { attribute: 'userName', value: 'lena' }],
  ['userName eq "a \\"b\\" \\\\ \\u00e9 (and) ]"', { attribute: 'userName', value: 'a "b" \\ é (and) ]' }],
  ['userName eq "DOMAIN\\user"', { attribute: 'userName', value: 'DOMAIN\\user' }],
  ['(externalId eq "7")', { attribute: 'externalId', value: '7' }],
  ['id eq "7"', { attribute: 'id', value: '7' }],
  ['active eq false', { attribute: 'active', value: false }],
  ['active eq "True"', { attribute: 'active', value: true }],
  ['emails eq "a@b.c"', { attribute: 'email', value: 'a@b.c', type: null }],
  ['emails.value eq "a@b.c"', { attribute: 'email', value: 'a@b.c', type: null }],
  ['emails[value eq "a@b.c"]', { attribute: 'email', value: 'a@b.c', type: null }],
  ['emails[type eq "work" and value eq "a@b.c"]', { attribute: 'email', value: 'a@b.c', type: 'work' }],
  ['emails[value eq "a@b.c" and type eq "work"]', { attribute: 'email', value: 'a@b.c', type: 'work' }],
  ['emails[type eq "work"].value eq "a@b.c"', { attribute: 'email', value: 'a@b.c', type: 'work' }],
  ['emails.value eq "mailto:a@b.c"', { attribute: 'email', value: 'a@b.c', type: null }],
  ['userName eq " a\u2013b\u200b "', { attribute: 'userName', value: 'a-b' }],
])('%s', (filter, condition) => {
  expect(accountConditions(filter)).toEqual([condition]);
});

test('conditions are joined by and', () => {
  expect(accountConditions('(userName eq "a" and active eq true) and id eq "7"')).toHaveLength(3);
  expect(groupConditions('displayName eq "a" and externalId eq "7" and members[value eq "8"]')).toEqual([
    { attribute: 'displayName', value: 'a' },
    { attribute: 'externalId', value: '7' },
    { attribute: 'member', value: '8' },
  ]);
});

const deep = (levels: number) => `${'('.repeat(levels)}userName eq "a"${')'.repeat(levels)}`;

test('at most 10 levels and 2 kB', () => {
  expect(accountConditions(deep(10))).toHaveLength(1);
  expect(accountConditions(`userName eq "${'('.repeat(20)}"`)).toHaveLength(1);
  expect(refusal(deep(11))).toBe('invalidFilter');
  expect(accountConditions(`userName eq "${'a'.repeat(2_048 - 14)}"`)).toHaveLength(1);
  expect(refusal(`userName eq "${'a'.repeat(2_048 - 13)}"`)).toBe('invalidFilter');
});

test.each([
  ...['', ' ', 'userName', 'userName eq', 'userName eq lena', 'userName eq "lena', "userName eq 'lena'"],
  ...['userName co "a"', 'userName sw "a"', 'userName ne "a"', 'userName pr', 'not (userName eq "a")'],
  ...['userName eq "a" or userName eq "b"', 'title eq "a"', 'userName eq 7', 'active eq 7', 'active eq "no"'],
  ...[
    'emails[type eq "work"]',
    'emails[value eq "a" and value eq "b"]',
    'emails[value eq "a" or type eq "b"]',
  ],
  ...[
    'name[value eq "a"]',
    'members eq "a"',
    '__proto__ eq "a"',
    'userName eq "a" and',
    '"a" eq "b"',
    'id eq null',
  ],
  ...['userName eq "\\u0000"', 'id eq "a\0"', 'emails.value eq "\\ud800"', 'externalId eq "a\tb"'],
  ...[
    'emails[type eq "\\u0000" and value eq "a"]',
    'emails[value[value eq "a"]]',
    'password eq "a"',
    "1' or '1'='1",
  ],
])('%j is refused', (filter) => {
  expect(refusal(filter)).toBe('invalidFilter');
});

test('any text is a filter or a 400', () => {
  const words = fc.constantFrom(
    'userName',
    'emails',
    'eq',
    'and',
    'or',
    'not',
    '(',
    ')',
    '[',
    ']',
    '"a"',
    '"',
    '\\',
    ' ',
    '.value',
  );
  const filters = fc.oneof(
    fc.array(words, { maxLength: 12 }).map((list) => list.join(' ')),
    fc.string(),
  );
  fc.assert(
    fc.property(filters, (filter) => {
      try {
        expect(accountConditions(filter).length).toBeGreaterThan(0);
      } catch (error) {
        if (!(error instanceof ScimError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});

function refusal(filter: string): unknown {
  try {
    return accountConditions(filter);
  } catch (error) {
    return (error as ScimError).scimType;
  }
}
