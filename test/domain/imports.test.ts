import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { brakeIsOn, brakeWords } from '../../domain/imports/brake.ts';
import { columnsOf, readHeader } from '../../domain/imports/columns.ts';
import { importKinds } from '../../domain/imports/imports.ts';
import { type AssetFacts, judgeAsset } from '../../domain/imports/judge-asset.ts';
import { judgeLicense, type LicenseFacts } from '../../domain/imports/judge-license.ts';
import { judgeUser, type KnownUser, type UserFacts } from '../../domain/imports/judge-user.ts';
import type { Judgement } from '../../domain/imports/judgement.ts';

const fieldsOf = (headers: string[]) => readHeader('users', headers).columns.map(({ field }) => field);
const problems = ({ problems }: Judgement) => problems.map(({ field, message }) => `${field}: ${message}`);

describe('a header', () => {
  test.each(importKinds)('of %s may say each of our columns', (kind) => {
    const fields = columnsOf[kind].map(({ field }) => field);
    expect(readHeader(kind, fields)).toMatchObject({ unknown: [], repeated: [], missing: [] });
  });

  test('is read whatever its case, blanks and punctuation', () => {
    expect(fieldsOf(['External ID', 'E-Mail', 'end_date', 'JOB TITLE', 'Manager (e-mail)'])).toEqual([
      'externalId',
      'email',
      'endDate',
      'jobTitle',
      'manager',
    ]);
  });

  test('names what is unknown, what is said twice and what is missing', () => {
    expect(readHeader('users', ['Name', 'Salary']).unknown).toEqual(['Salary']);
    expect(readHeader('users', ['Email', 'E-Mail', 'Name']).repeated).toEqual(['Email', 'E-Mail']);
    expect(readHeader('users', ['Name']).missing).toEqual(['externalId', 'email']);
    expect(readHeader('assets', ['Model']).missing).toEqual(['tag']);
  });

  test('of our own list of errors has two columns that mean nothing', () => {
    expect(readHeader('users', ['Line', 'Problems', 'Email']).unknown).toEqual([]);
  });
});

describe('the brake', () => {
  const brake = { count: 5, percent: 2 };

  test.each([
    [5, 1_000, false],
    [6, 1_000, true],
    [2, 100, false],
    [3, 100, true],
    [3, 149, true],
    [3, 150, false],
    [0, 0, false],
  ])('with %i new end dates among %i people: %s', (starts, workforce, expected) => {
    expect(brakeIsOn({ starts, stops: 0, workforce }, brake)).toBe(expected);
  });

  test('counts who would stop leaving too: a column without dates cancels everything', () => {
    expect(brakeIsOn({ starts: 0, stops: 6, workforce: 10_000 }, brake)).toBe(true);
    expect(brakeWords({ starts: 1, stops: 6, workforce: 10_000 }, brake)).toMatch(
      /^1 person would get an end date and 6 people would lose theirs\./,
    );
  });
});

const lena: KnownUser = {
  id: 7,
  externalId: 'E7',
  name: 'Lena',
  email: 'lena@x.example',
  department: 'Sales',
  jobTitle: null,
  startDate: '2020-01-01',
  endDate: null,
  timeZone: null,
  status: 'active',
  managerId: 1,
  managerName: 'Mira',
  isGone: false,
  isLeaving: false,
};
const about = (facts: Partial<UserFacts>): UserFacts => ({
  values: {},
  user: lena,
  emailOwnerId: facts.values?.email === undefined ? null : 7,
  manager: null,
  managerIsInFile: false,
  ...facts,
});

describe('a line about a person', () => {
  test('that says what is so already changes nothing', () => {
    const values = {
      externalId: 'E7',
      name: 'Lena',
      email: 'lena@x.example',
      department: 'Sales',
      jobTitle: null,
      manager: 'E1',
      endDate: null,
    };
    const judged = judgeUser(about({ values, manager: { id: 1, name: 'Mira', isGone: false } }));
    expect(judged).toEqual({ verdict: 'same', problems: [], notes: [], changes: {}, leaving: null });
  });

  test('changes what it names and nothing else', () => {
    const judged = judgeUser(about({ values: { department: null, jobTitle: 'Lead' } }));
    expect(judged.changes).toEqual({ department: ['Sales', null], jobTitle: [null, 'Lead'] });
    expect(judged.verdict).toBe('change');
  });

  test('about somebody new needs a name and an e-mail address', () => {
    expect(problems(judgeUser(about({ user: null, values: { externalId: 'E9' } })))).toEqual([
      'name: This is somebody new, and a new person needs a name.',
      'email: This is somebody new, and a new person needs an e-mail address.',
    ]);
    expect(
      judgeUser(about({ user: null, emailOwnerId: null, values: { name: 'N', email: 'n@x.example' } }))
        .verdict,
    ).toBe('create');
  });

  test('cannot take somebody else’s e-mail address', () => {
    expect(problems(judgeUser(about({ values: { email: 'mira@x.example' }, emailOwnerId: 1 })))).toEqual([
      'email: Somebody else has this e-mail address.',
    ]);
  });

  test('needs a manager whom somebody knows, or the same file brings', () => {
    const values = { manager: 'E99' };
    expect(problems(judgeUser(about({ values })))).toEqual([
      'manager: Nobody has this external id or e-mail address.',
    ]);
    expect(judgeUser(about({ values, managerIsInFile: true })).changes).toEqual({ manager: ['Mira', 'E99'] });
  });

  test('cannot make anybody their own manager', () => {
    const own = 'manager: Nobody can be their own manager.';
    expect(
      problems(
        judgeUser(about({ values: { manager: 'E7' }, manager: { id: 7, name: 'Lena', isGone: false } })),
      ),
    ).toEqual([own]);
    const newcomer = { externalId: 'E9', name: 'N', email: 'N@x.example', manager: 'n@X.example' };
    expect(problems(judgeUser(about({ user: null, emailOwnerId: null, values: newcomer })))).toEqual([own]);
  });

  test('with a manager who has left stores none, and says so', () => {
    const gone = { id: 2, name: 'Gert', isGone: true };
    expect(judgeUser(about({ values: { manager: 'E2' }, manager: gone }))).toMatchObject({
      verdict: 'change',
      changes: { manager: ['Mira', null] },
      notes: [{ field: 'manager', message: 'Gert has been offboarded, so no manager is stored.' }],
    });
    const without = { ...lena, managerId: null, managerName: null };
    expect(judgeUser(about({ user: without, values: { manager: 'E2' }, manager: gone }))).toMatchObject({
      verdict: 'same',
    });
  });

  test('cannot end before it begins, whichever of the two it moves', () => {
    expect(problems(judgeUser(about({ values: { endDate: '2019-12-31' } })))).toEqual([
      'endDate: The end date lies before the start date, 2020-01-01.',
    ]);
    const leaving = { ...lena, endDate: '2026-12-31', isLeaving: true };
    expect(problems(judgeUser(about({ user: leaving, values: { startDate: '2027-01-01' } })))).toEqual([
      'startDate: The start date lies after the end date, 2026-12-31.',
    ]);
  });

  test('leaves the end date, the status and the manager of somebody gone as they are', () => {
    const gone: KnownUser = { ...lena, status: 'offboarded', endDate: '2026-01-31', isGone: true };
    expect(
      judgeUser(about({ user: gone, values: { endDate: '2026-01-31', status: 'offboarded' } })).verdict,
    ).toBe('same');
    expect(judgeUser(about({ user: gone, values: { jobTitle: 'Was lead' } })).verdict).toBe('change');
    for (const values of [
      { endDate: '2026-02-28' },
      { endDate: null },
      { status: 'active' as const },
      { manager: null },
    ]) {
      expect(problems(judgeUser(about({ user: gone, values })))).toEqual([
        `${Object.keys(values)[0]}: This person has been offboarded, which cannot be undone.`,
      ]);
    }
  });

  const leaving: KnownUser = { ...lena, endDate: '2026-12-31', isLeaving: true };
  const marked: KnownUser = { ...lena, status: 'offboarded', isLeaving: true };
  test.each<[string, KnownUser | null, UserFacts['values'], Judgement['leaving']]>([
    ['a first end date', lena, { endDate: '2026-12-31' }, 'starts'],
    ['the same end date', leaving, { endDate: '2026-12-31' }, null],
    ['another end date', leaving, { endDate: '2027-01-31' }, 'moves'],
    ['no end date any more', leaving, { endDate: null }, 'stops'],
    ['somebody new with an end date', null, { name: 'N', email: 'n@x', endDate: '2026-12-31' }, 'starts'],
    ['somebody new without', null, { name: 'N', email: 'n@x' }, null],
    ['somebody marked offboarded', lena, { status: 'offboarded' }, 'starts'],
    ['somebody marked offboarded who leaves already', leaving, { status: 'offboarded' }, null],
    ['that taken back', marked, { status: 'active' }, 'stops'],
    ['a date for somebody marked offboarded', marked, { endDate: '2026-12-31' }, 'starts'],
  ])('tells what becomes of a leaving: %s', (_, user, values, expected) => {
    expect(judgeUser(about({ user, values, emailOwnerId: null })).leaving).toBe(expected);
  });
});

describe('a line about an asset', () => {
  const laptop = { id: 3, serial: 'S', model: 'T14', location: null, status: 'in_stock' as const };
  const mira = { id: 1, name: 'Mira', status: 'active' as const };
  const of = (facts: Partial<AssetFacts>): AssetFacts => ({
    asset: laptop,
    heldBy: null,
    holder: null,
    ...facts,
    values: { tag: 'L1', ...facts.values },
  });
  const held = { asset: { ...laptop, status: 'assigned' as const }, heldBy: { id: 1, name: 'Mira' } };

  test('hands it out', () => {
    expect(judgeAsset(of({ values: { tag: 'L1', holder: 'E1' }, holder: mira }))).toMatchObject({
      verdict: 'change',
      changes: { holder: [null, 'Mira'] },
    });
  });

  test('that says who holds it already changes nothing', () => {
    expect(
      judgeAsset(of({ ...held, values: { tag: 'L1', holder: 'E1', status: 'assigned' }, holder: mira }))
        .verdict,
    ).toBe('same');
    expect(judgeAsset(of({ ...held, values: { tag: 'L1', serial: 'S' } })).verdict).toBe('same');
  });

  test.each<[string, Partial<AssetFacts>, string]>([
    [
      'somebody else holds it',
      { ...held, values: { tag: 'L1', holder: 'E2' }, holder: { ...mira, id: 2 } },
      'holder: Mira holds L1. Recover it first.',
    ],
    [
      'the holder is unknown',
      { values: { tag: 'L1', holder: 'E9' } },
      'holder: Nobody has this external id or e-mail address.',
    ],
    [
      'the holder has left',
      { values: { tag: 'L1', holder: 'E1' }, holder: { ...mira, status: 'offboarded' } },
      'holder: Mira has been offboarded and cannot be given anything new.',
    ],
    [
      'it is in repair',
      { asset: { ...laptop, status: 'in_repair' }, values: { tag: 'L1', holder: 'E1' }, holder: mira },
      'holder: L1 is not in stock, so it cannot be handed out.',
    ],
    [
      'it is held and gets another status',
      { ...held, values: { tag: 'L1', status: 'retired' } },
      'status: Mira holds this asset. Recover it to change its status.',
    ],
    [
      'nobody is named to be assigned to',
      { values: { tag: 'L1', status: 'assigned' } },
      'status: An asset is assigned when somebody holds it: name the holder.',
    ],
    [
      'it is new and has no model',
      { asset: null },
      'model: This asset is new, and a new asset needs a model.',
    ],
  ])('is refused when %s', (_, facts, expected) => {
    expect(problems(judgeAsset(of(facts)))).toEqual([expected]);
  });
});

describe('a line about a license', () => {
  const figma = { id: 4, vendor: 'Figma', seatsTotal: 3, seatsUsed: 2 };
  const mira = { id: 1, name: 'Mira', status: 'active' as const };
  const of = (facts: Partial<LicenseFacts>): LicenseFacts => ({
    license: figma,
    isAmbiguous: false,
    user: null,
    hasSeat: false,
    ...facts,
    values: { license: 'Figma', ...facts.values },
  });

  test('gives a seat, once', () => {
    const values = { license: 'Figma', user: 'E1' };
    expect(judgeLicense(of({ values, user: mira })).verdict).toBe('create');
    expect(judgeLicense(of({ values, user: mira, hasSeat: true })).verdict).toBe('same');
  });

  test('changes the number of seats, but not below those in use', () => {
    expect(judgeLicense(of({ values: { license: 'Figma', seatsTotal: 2 } })).changes).toEqual({
      seatsTotal: ['3', '2'],
    });
    expect(problems(judgeLicense(of({ values: { license: 'Figma', seatsTotal: 1 } })))).toEqual([
      'seatsTotal: 2 seats are in use, so the total cannot be lower.',
    ]);
  });

  test.each<[string, Partial<LicenseFacts>, string]>([
    [
      'it is new and has no number of seats',
      { license: null },
      'seatsTotal: This license is new, and a new license needs a number of seats.',
    ],
    [
      'several have the name',
      { isAmbiguous: true },
      'license: Several licenses have this name: name the vendor too.',
    ],
    [
      'nobody is known by the id',
      { values: { license: 'Figma', user: 'E9' } },
      'user: Nobody has this external id or e-mail address.',
    ],
    [
      'the person is suspended',
      { values: { license: 'Figma', user: 'E1' }, user: { ...mira, status: 'suspended' } },
      'user: Mira is suspended and cannot be given anything new.',
    ],
  ])('is refused when %s', (_, facts, expected) => {
    expect(problems(judgeLicense(of(facts)))).toEqual([expected]);
  });
});

test('every column and every other name of it is in the documentation', () => {
  const text = readFileSync(new URL('../../docs/imports.md', import.meta.url), 'utf8');
  const names = importKinds.flatMap((kind) =>
    columnsOf[kind].map(({ field, aliases }) => `| \`${field}\` | ${aliases.join(', ')}`),
  );
  expect(names.filter((name) => !text.includes(name.trimEnd()))).toEqual([]);
});
