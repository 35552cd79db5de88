import fc from 'fast-check';
import type { AccountAttributes } from '../../../domain/directory/account.ts';
import { readPatch } from '../../../web/scim/http/messages.ts';
import { applySteps, stepsOf } from '../../../web/scim/resource/patch.ts';
import { userType } from '../../../web/scim/schemas/user.ts';
import { attributesOf, resourceOf } from '../../../web/scim/users/account-resource.ts';

/** A person as a directory says them. */
export const person: AccountAttributes = {
  userName: 'lena@lastday.example',
  externalId: 'directory-1',
  active: true,
  displayName: 'Lena Brandt',
  nickName: null,
  title: 'Team Lead',
  userType: null,
  preferredLanguage: null,
  locale: null,
  timezone: null,
  name: {
    formatted: null,
    givenName: 'Lena',
    familyName: 'Brandt',
    middleName: null,
    honorificPrefix: null,
    honorificSuffix: null,
  },
  emails: [{ value: 'lena@lastday.example', type: 'work', primary: true, display: null }],
  phoneNumbers: [],
  employeeNumber: 'E-1',
  costCenter: null,
  organization: null,
  division: null,
  department: 'Engineering',
  manager: null,
};

/** The attributes after the body of a PATCH. Throws its error. */
export const patched = (attributes: AccountAttributes, body: unknown): AccountAttributes =>
  attributesOf(
    applySteps(
      resourceOf(attributes),
      readPatch(body).flatMap((operation) => stepsOf(userType, operation)),
    ),
  );

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const names = fc.constantFrom(
  ...['userName', 'active', 'title', 'displayName', 'externalId', 'name', 'name.givenName', 'name.formatted'],
  ...['emails', 'emails.value', 'emails[type eq "work"].value', 'emails[type eq "home"].primary'],
  ...['emails[value eq "lena@lastday.example"]', 'phoneNumbers[type eq "work"].value', 'phoneNumbers'],
  ...[
    `${enterprise}:manager`,
    `${enterprise}:department`,
    enterprise,
    core,
    `${core}:active`,
    'manager.value',
  ],
  ...['id', 'meta', 'groups', 'schemas', 'password', 'addresses[type eq "work"].locality', 'urn:x:y', ''],
  ...['__proto__', 'constructor', 'toString', 'emails[', ']', 'emails[type eq ', '.value', ':', 'a.b.c'],
);
const path = fc.oneof(
  { weight: 6, arbitrary: names },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
);

const plain = fc.oneof(
  fc.constantFrom<unknown>(
    true,
    false,
    'True',
    'false',
    '',
    null,
    0,
    'x',
    'work',
    'a@lastday.example',
    '\0',
    '\ud800',
  ),
  fc.string({ maxLength: 20 }),
  fc.integer(),
);
const element = fc.record(
  { value: plain, type: plain, primary: plain, display: plain, $ref: plain },
  { requiredKeys: [] },
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: plain },
  { weight: 2, arbitrary: element },
  { weight: 1, arbitrary: fc.array(fc.oneof(element, plain), { maxLength: 4 }) },
  { weight: 2, arbitrary: fc.dictionary(path, fc.oneof(plain, element), { maxKeys: 4 }) },
  { weight: 1, arbitrary: fc.anything({ maxDepth: 3 }) },
);

const op = fc.constantFrom('add', 'Add', 'replace', 'Replace', 'REPLACE', 'remove', 'Remove');

/** What directories send: a path with a value that fits, or a value with names that are paths. */
const sensible = fc.oneof(
  fc.record({
    op: fc.constantFrom('add', 'replace', 'Replace'),
    path: fc.constantFrom('active', `${core}:active`, 'emails[type eq "work"].primary'),
    value: fc.constantFrom<unknown>(true, false, 'True', 'False', [false]),
  }),
  fc.record({
    op,
    path: fc.constantFrom(
      'title',
      'displayName',
      'name.givenName',
      `${enterprise}:department`,
      'locale',
      'addresses',
    ),
    value: fc.oneof(fc.constantFrom<unknown>('', null, 7), fc.string({ unit: 'grapheme', maxLength: 20 })),
  }),
  fc.record({
    op,
    path: fc.constantFrom('emails[type eq "work"].value', 'emails[type eq "home"].value', 'emails'),
    value: fc.constantFrom<unknown>('a@lastday.example', 'b@lastday.example', [
      { value: 'c@lastday.example' },
    ]),
  }),
  fc.record({
    op: fc.constantFrom('add', 'replace'),
    value: fc.record(
      {
        active: fc.boolean(),
        'name.familyName': fc.lorem(),
        [`${enterprise}:employeeNumber`]: fc.nat(),
        id: fc.uuid(),
      },
      { requiredKeys: [] },
    ),
  }),
);

const hostile = fc.record(
  { op: fc.oneof(op, fc.constantFrom('move', '', 7, null)), path, value },
  { requiredKeys: ['op'] },
);

const operation = fc.oneof({ weight: 9, arbitrary: sensible }, { weight: 1, arbitrary: hostile });

/** Bodies of PATCH: of directories, wrong ones, and hostile ones. */
export const patchBodies: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      schemas: fc.constant(['urn:ietf:params:scim:api:messages:2.0:PatchOp']),
      Operations: fc.array(operation, { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.anything() },
);
