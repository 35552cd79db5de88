import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccountAttributes } from '../../../domain/directory/account.ts';
import { patchBodies, patched, person } from '../../../testing/web/scim/bodies.ts';
import { readPatch } from '../../../web/scim/http/messages.ts';
import { ScimError } from '../../../web/scim/http/scim-error.ts';
import { readResource } from '../../../web/scim/resource/patch.ts';
import { userType } from '../../../web/scim/schemas/user.ts';
import { attributesOf, resourceOf } from '../../../web/scim/users/account-resource.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The person after the operations. */
const changedBy = (...operations: object[]): AccountAttributes => patched(person, { Operations: operations });

const replace = (path: string, value: unknown) => changedBy({ op: 'replace', path, value });

const refused = (scimType: string) =>
  expect.objectContaining({ status: 400, scimType, message: expect.any(String) });

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

const posted = (body: object): AccountAttributes => attributesOf(readResource(userType, body));

describe('active', () => {
  test.each([false, 'False', 'false', 'FALSE', [false], ['False']])('%j is false', (value) => {
    for (const op of ['add', 'Replace']) {
      expect(changedBy({ op, path: 'active', value }).active).toBe(false);
      expect(changedBy({ op, path: `${core}:active`, value }).active).toBe(false);
      expect(changedBy({ op, path: `${core.toUpperCase()}:ACTIVE`, value }).active).toBe(false);
      expect(changedBy({ op, value: { Active: value } }).active).toBe(false);
      expect(changedBy({ op, value: { [`${core}:active`]: value } }).active).toBe(false);
      expect(changedBy({ op, value: { [core]: { active: value } } }).active).toBe(false);
    }
    expect(posted({ userName: 'lena', active: value }).active).toBe(false);
  });

  test.each([true, 'True', 'true', [true]])('%j is true', (value) => {
    expect(
      patched({ ...person, active: false }, { Operations: [{ op: 'add', path: 'active', value }] }).active,
    ).toBe(true);
  });

  test.each(['no', '0', 0, 1, null, '', {}, [], [false, false], { value: false }])(
    '%j is refused',
    (value) => {
      expect(errorOf(() => replace('active', value))).toEqual(refused('invalidValue'));
      expect(errorOf(() => changedBy({ op: 'add', value: { active: value } }))).toEqual(
        refused('invalidValue'),
      );
    },
  );

  test('a new person without it is active, and an empty one is none', () => {
    expect(posted({ userName: 'lena' }).active).toBe(true);
    expect(posted({ userName: 'lena', active: null }).active).toBe(true);
  });
});

test('a body is read in any case, with dots and URNs, and what nobody keeps is ignored', () => {
  const body = {
    schemas: [core, enterprise],
    USERNAME: 'lena@lastday.example',
    password: 'hunter2',
    'name.givenName': 'Lena',
    name: { FAMILYNAME: 'Brandt', nickname: 'L' },
    emails: ['lena@lastday.example'],
    phoneNumbers: [{ value: '1', type: 'work', primary: 'True' }, { type: 'fax' }],
    [`${enterprise}:employeeNumber`]: 42,
    [enterprise]: { department: '', costCenter: null, manager: [{ value: 'mira' }] },
    favouriteColour: { blue: true },
    'urn:example:color': { blue: true },
    id: '7',
    meta: { version: 'W/"1"' },
    groups: [{ value: 'g' }],
    ['__proto__']: { polluted: true },
    constructor: { prototype: {} },
  };
  const read = posted(JSON.parse(JSON.stringify(body)));
  expect(read).toMatchObject({
    userName: 'lena@lastday.example',
    name: { givenName: 'Lena', familyName: 'Brandt' },
    emails: [{ value: 'lena@lastday.example', type: null, primary: false }],
    phoneNumbers: [{ value: '1', type: 'work', primary: true }],
    employeeNumber: '42',
    department: null,
    costCenter: null,
    manager: 'mira',
  });
  expect(JSON.stringify(resourceOf(read))).not.toMatch(/hunter2|blue|polluted/);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test.each([
  ['mira', 'mira'],
  [{ value: 'mira' }, 'mira'],
  [[{ value: 'mira' }], 'mira'],
  [['mira'], 'mira'],
  [{ $ref: '../Users/mira' }, 'mira'],
  [{ value: 'mira', $ref: '../Users/other', displayName: 'Mira' }, 'mira'],
  ['', null],
  [null, null],
  [{ value: '' }, null],
])('the manager %j is %j', (manager, expected) => {
  expect(posted({ userName: 'lena', [enterprise]: { manager } }).manager).toBe(expected);
  expect(replace(`${enterprise}:manager`, manager).manager).toBe(expected);
  expect(changedBy({ op: 'add', value: { [`${enterprise}:manager`]: manager } }).manager).toBe(expected);
});

describe('addresses', () => {
  test('Entra sets the value of an address that is not there yet', () => {
    const home = replace('emails[type eq "home"].value', 'h@lastday.example');
    expect(home.emails).toHaveLength(2);
    expect(home.emails[1]).toMatchObject({ value: 'h@lastday.example', type: 'home' });
    expect(replace('emails[type eq "WORK"].value', 'w@lastday.example').emails).toMatchObject([
      { value: 'w@lastday.example', type: 'work' },
    ]);
  });

  test('only one address is primary: the one that became it last', () => {
    const { emails } = changedBy(
      { op: 'add', path: 'emails', value: [{ value: 'h@lastday.example', type: 'home', primary: true }] },
      { op: 'replace', path: 'emails[type eq "work"].primary', value: 'True' },
    );
    expect(emails.map(({ type, primary }) => [type, primary])).toEqual([
      ['work', true],
      ['home', false],
    ]);
  });

  test('an address is added once and replaced as a whole', () => {
    const again = { value: person.emails[0]!.value.toUpperCase(), display: 'Work' };
    expect(changedBy({ op: 'add', path: 'emails', value: again }).emails).toMatchObject([
      { display: 'Work' },
    ]);
    expect(replace('emails', [{ value: 'n@lastday.example' }]).emails).toHaveLength(1);
    expect(replace('emails', []).emails).toEqual([]);
  });

  test('an address goes by its filter, its value or its part', () => {
    const work = 'emails[type eq "work"]';
    expect(changedBy({ op: 'remove', path: work }).emails).toEqual([]);
    expect(changedBy({ op: 'remove', path: `${work}.value` }).emails).toEqual([]);
    expect(
      changedBy({ op: 'remove', path: 'emails', value: [{ value: person.emails[0]!.value }] }).emails,
    ).toEqual([]);
    expect(changedBy({ op: 'remove', path: 'emails[type eq "home"]' }).emails).toEqual(person.emails);
    expect(changedBy({ op: 'remove', path: 'emails', value: [{ value: 'other@x.example' }] }).emails).toEqual(
      person.emails,
    );
  });

  test('more than twenty are refused', () => {
    const many = Array.from({ length: 21 }, (_, i) => ({ value: `a${i}@x.example` }));
    expect(errorOf(() => replace('emails', many))).toEqual(refused('invalidValue'));
    expect(errorOf(() => changedBy(...many.map((value) => ({ op: 'add', path: 'emails', value }))))).toEqual(
      refused('invalidValue'),
    );
  });
});

test('an empty value takes an attribute away, and the parts that a name does not name stay', () => {
  expect(replace('title', '').title).toBeNull();
  expect(replace('title', null).title).toBeNull();
  expect(replace('name', { givenName: '' }).name).toEqual({ ...person.name, givenName: null });
  expect(changedBy({ op: 'remove', path: 'name' }).name.familyName).toBeNull();
  expect(changedBy({ op: 'remove', path: enterprise }).department).toBeNull();
});

test.each([
  ['emails[', 'invalidPath'],
  ['emails[type eq "work"', 'invalidPath'],
  ['name..givenName', 'invalidPath'],
  ['userName.part', 'invalidPath'],
  ['name[type eq "x"].givenName', 'invalidPath'],
  ['active and title', 'invalidPath'],
  ['emails[type sw "w"].value', 'invalidFilter'],
  ['emails[colour eq "blue"].value', 'invalidFilter'],
  ['emails[].value', 'invalidFilter'],
  ['id', 'mutability'],
  ['groups', 'mutability'],
  ['meta.version', 'mutability'],
])('the path %s is refused as %s', (path, scimType) => {
  expect(errorOf(() => replace(path, 'x'))).toEqual(refused(scimType));
});

test.each([
  'favouriteColour',
  'addresses[type eq "work"].locality',
  'urn:example:2.0:User:badge',
  'name.prefix',
])('the path %s is of no attribute that is kept, and changes nothing', (path) => {
  expect(replace(path, 'x')).toEqual(person);
});

test.each([
  [{ op: 'remove' }, 'noTarget'],
  [{ op: 'remove', path: 'userName' }, 'mutability'],
  [{ op: 'remove', path: 'active' }, 'mutability'],
  [{ op: 'replace', path: 'userName', value: '' }, 'invalidValue'],
  [{ op: 'replace', path: 'userName', value: { a: 1 } }, 'invalidValue'],
  [{ op: 'replace', path: 'name', value: 'Lena' }, 'invalidValue'],
  [{ op: 'replace', value: 'active' }, 'invalidSyntax'],
  [{ op: 'move', path: 'title', value: 'x' }, 'invalidSyntax'],
  [{ path: 'title', value: 'x' }, 'invalidSyntax'],
  [{ op: 'add', path: 7, value: 'x' }, 'invalidSyntax'],
])('the operation %j is refused as %s', (operation, scimType) => {
  expect(errorOf(() => changedBy({ op: 'replace', path: 'title', value: 'CEO' }, operation))).toEqual(
    refused(scimType),
  );
});

test.each([null, 'x', 7, [], {}, { Operations: [] }, { Operations: {} }, { Operations: [7] }])(
  'the body %j is no PATCH',
  (body) => {
    expect(errorOf(() => readPatch(body))).toEqual(refused('invalidSyntax'));
  },
);

test('a body of no SCIM is refused', () => {
  for (const body of [null, 7, 'x', [], [{}]]) {
    expect(errorOf(() => posted(body as object))).toEqual(refused('invalidSyntax'));
  }
  expect(errorOf(() => posted({}))).toEqual(refused('invalidValue'));
  expect(errorOf(() => posted({ userName: ['a', 'b'] }))).toEqual(refused('invalidValue'));
});

test('any PATCH ends in a person or in a 400, and a person is sent back as they were read', () => {
  fc.assert(
    fc.property(patchBodies, (body) => {
      const result = errorOf(() => patched(person, body));
      if (result instanceof ScimError) expect(result.status).toBe(400);
      else
        expect(attributesOf(readResource(userType, resourceOf(result as AccountAttributes)))).toMatchObject({
          ...(result as AccountAttributes),
          externalId: expect.toSatisfy(() => true),
        });
    }),
    { numRuns: 500 },
  );
});
