import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { assetById } from '../../database/assets.ts';
import { recoverAsset } from '../../database/assignments.ts';
import { completeOffboarding } from '../../database/completion.ts';
import {
  Asset,
  AuditEntry,
  Import,
  ImportRow,
  License,
  Notification,
  Offboarding,
  Outbox,
  Seat,
  User,
} from '../../database/entities/index.ts';
import {
  BrakeRefusal,
  cancelImport,
  discardImport,
  importById,
  startImport,
} from '../../database/imports/imports.ts';
import { judgeLines } from '../../database/imports/judging.ts';
import { forgetOldLines } from '../../database/imports/keeping.ts';
import { kinds } from '../../database/imports/kinds.ts';
import { addNewcomers } from '../../database/imports/newcomers.ts';
import { carryOn, endImport, importsStarting, importsUnderWay } from '../../database/imports/progress.ts';
import { updateImportSettings } from '../../database/imports/settings.ts';
import { sqlOf } from '../../database/tables.ts';
import { createUser, updateUser, userById } from '../../database/users.ts';
import { noticeText } from '../../domain/notices.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { csvOf, importing } from '../support/importing.ts';
import { asOwner } from '../support/owner.ts';
import { statementsOf } from '../support/statements.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;

let cast: Cast;
let actor: `user:${number}`;
let files: ReturnType<typeof importing>;
beforeEach(async () => {
  cast = await makeCast(database);
  actor = `user:${cast.nora.id}`;
  files = importing(database, actor);
  await setBrake(1_000, 100);
});

const setBrake = (brakeCount: number, brakePercent: number) =>
  updateImportSettings(em, 'system', { dateFormat: 'YYYY-MM-DD', brakeCount, brakePercent });

let people = 0;
/** An external id that nobody has. */
const newId = () => `new-${++people}`;
const mailOf = (externalId: string) => `${externalId}@x.example`;
const personWith = (externalId: string) => em.fork().findOneOrFail(User, { externalId });
const trailOf = async (userId: number) =>
  (await em.fork().find(AuditEntry, { userId }, { orderBy: { id: 'asc' } })).map(
    ({ actor, action }) => `${actor} ${action}`,
  );
const problemsOf = async (found: Import) =>
  (await files.lines(found, 'errors')).map(({ line, problems }) => [
    line,
    ...problems.map(({ field, message }) => `${field}: ${message}`),
  ]);

/** What somebody has been told of imports, in words, in the order of its coming. */
const toldTo = async (userId: number) =>
  (await em.fork().find(Notification, { userId, kind: 'import_ended' }, { orderBy: { id: 'asc' } })).map(
    ({ kind, details }) => noticeText({ kind, about: null, own: false, details }),
  );

/** Counts of everything an import could write. */
const facts = async () => {
  const fork = em.fork();
  const tables = [User, Asset, License, Seat, Offboarding, AuditEntry, Outbox] as const;
  const counts = await Promise.all(tables.map((table) => fork.count(table as typeof User)));
  const revisions = await sql<{ sum: number }>`select sum(revision) as sum from users`.execute(sqlOf(em));
  return [...counts, revisions.rows[0]!.sum];
};

describe('people', () => {
  test('are added, changed and left alone in the name of whoever started the import', async () => {
    const [id, other] = [newId(), newId()];
    const file = csvOf(
      ['externalId', 'name', 'email', 'department', 'manager', 'endDate'],
      [id, 'Anne', mailOf(id), 'Sales', cast.mira.email, '2026-12-31'],
      [other, 'Bo', mailOf(other), 'Sales', id, null],
      [cast.emil.externalId, 'Emil Novák', cast.emil.email, 'Research', cast.mira.externalId, null],
      [cast.timo.externalId, 'Timo Aalto', cast.timo.email, 'Engineering', cast.lena.externalId, null],
    );
    expect(await files.run('users', file)).toMatchObject({
      state: 'done',
      startedBy: actor,
      results: { created: 2, changed: 1, unchanged: 1, failed: 0, managersPending: 0 },
    });
    const anne = await personWith(id);
    expect(anne).toMatchObject({
      name: 'Anne',
      department: 'Sales',
      managerId: cast.mira.id,
      endDate: '2026-12-31',
    });
    expect((await personWith(other)).managerId).toBe(anne.id);
    expect((await userById(em, cast.emil.id)).department).toBe('Research');
    expect(await trailOf(anne.id)).toEqual([
      `${actor} user.created`,
      `${actor} user.manager_changed`,
      `${actor} user.end_date_changed`,
      `${actor} offboarding.opened`,
    ]);
    expect((await trailOf(cast.timo.id)).length).toBe(0);
  });

  test('of the same file a second time change nothing at all, with as many statements for a thousand as for ten', async () => {
    const many = Array.from({ length: 60 }, () => newId());
    const file = csvOf(
      ['externalId', 'name', 'email', 'manager', 'endDate'],
      ...many.map((id, index) => [
        id,
        'N',
        mailOf(id),
        many[0] === id ? null : many[0]!,
        index % 2 ? '2027-01-31' : null,
      ]),
    );
    await files.run('users', file);
    const before = await facts();
    const again = await files.upload('users', file);
    expect(again.preview).toMatchObject({ create: 0, change: 0, same: 60, error: 0, starts: 0 });
    expect(await facts()).toEqual(before);

    await startImport(em, actor, again.id, null);
    const statements = await statementsOf(async () => void (await files.carryOut(again.id)));
    expect((await importById(em, again.id)).results).toMatchObject({ unchanged: 60, created: 0, changed: 0 });
    expect(statements.length).toBeLessThan(30);
    const after = await facts();
    // Two entries say that the import began and ended.
    expect(after).toEqual(before.map((count, index) => (index === 5 ? count + 2 : count)));
  });

  test('who are added many at once leave the rows and the trail that the verb leaves of each', async () => {
    const [one, imported] = [newId(), newId()];
    const profile = {
      department: 'Sales',
      jobTitle: 'Lead',
      startDate: '2020-02-03',
      timeZone: 'Asia/Tokyo',
    };
    await createUser(em, actor, {
      ...profile,
      name: 'Same',
      email: mailOf(one),
      externalId: one,
      managerId: cast.mira.id,
    });
    await files.run(
      'users',
      csvOf(
        ['name', 'email', 'externalId', 'manager', ...Object.keys(profile)],
        ['Same', mailOf(imported), imported, cast.mira.email, ...Object.values(profile)],
      ),
    );
    const leftOf = async (externalId: string) => {
      const {
        id,
        createdAt: _,
        ...row
      } = await em.fork().findOneOrFail(User, { externalId }, { populate: ['passwordHash'] });
      const entries = await em.fork().find(AuditEntry, { userId: id }, { orderBy: { id: 'asc' } });
      const trail = entries.map(({ actor, action, details }) => ({ actor, action, details }));
      return JSON.parse(JSON.stringify({ row, trail }).replaceAll(externalId, 'X'));
    };
    expect(await leftOf(imported)).toEqual(await leftOf(one));
  });

  test('of whom the schema refuses one are added all the same, each by itself', async () => {
    const ids = Array.from({ length: 5 }, () => newId());
    const found = await files.upload(
      'users',
      csvOf(['externalId', 'name', 'email'], ...ids.map((id) => [id, 'N', mailOf(id)])),
    );
    const judged = await judgeLines(em, found.id, [2, 3, 4, 5, 6], kinds.users);
    await createUser(em, 'system', { name: 'Faster', email: mailOf(ids[2]!), externalId: newId() });
    expect(await addNewcomers(em, actor, found.id, judged)).toBe(false);
    expect(await em.fork().count(User, { externalId: ids })).toBe(0);
    await startImport(em, actor, found.id, null);
    expect(await files.carryOut(found.id)).toMatchObject({ results: { created: 4, failed: 1 } });
  });

  test('get their offboardings opened, moved and cancelled by their end dates', async () => {
    const file = (lenas: string | null, emils: string | null) =>
      csvOf(['email', 'endDate'], [cast.lena.email, lenas], [cast.emil.email, emils]);
    const found = await files.upload('users', file(null, '2027-03-01'));
    expect(found.preview).toMatchObject({ starts: 1, stops: 1, moves: 0, change: 2 });
    await files.run('users', file(null, '2027-03-01'));
    expect(await em.fork().findOneOrFail(Offboarding, { userId: cast.lena.id })).toMatchObject({
      state: 'cancelled',
      cancelledBy: actor,
    });
    expect(await em.fork().findOneOrFail(Offboarding, { userId: cast.emil.id })).toMatchObject({
      state: 'open',
    });
    expect((await files.upload('users', file(null, '2027-04-01'))).preview).toMatchObject({
      starts: 0,
      stops: 0,
      moves: 1,
    });
  });

  test('may name managers who come further down, in any order and in a circle', async () => {
    const [a, b, c] = [newId(), newId(), newId()];
    const line = (id: string, manager: string) => [id, 'N', mailOf(id), manager];
    const done = await files.run(
      'users',
      csvOf(['externalId', 'name', 'email', 'manager'], line(a, b), line(b, mailOf(c)), line(c, a)),
    );
    expect(done.results).toMatchObject({ created: 3, failed: 0, managersPending: 0 });
    const [anne, bo, cy] = await Promise.all([a, b, c].map(personWith));
    expect([anne!.managerId, bo!.managerId, cy!.managerId]).toEqual([bo!.id, cy!.id, anne!.id]);
  });

  test('whose manager’s line is refused come without one, and the report says so', async () => {
    const [a, b] = [newId(), newId()];
    const found = await files.upload(
      'users',
      csvOf(['externalId', 'name', 'email', 'manager'], [a, 'N', mailOf(a), b], [b, 'N', mailOf(b), null]),
    );
    await createUser(em, 'system', { name: 'Faster', email: mailOf(b) });
    await em.fork().nativeUpdate(User, { email: mailOf(b) }, { externalId: `${b}-other` });
    await startImport(em, actor, found.id, null);
    const done = await files.carryOut(found.id);
    expect(done.results).toMatchObject({ created: 1, failed: 1, managersPending: 0 });
    expect((await personWith(a)).managerId ?? null).toBeNull();
    const words = 'The line of the manager was not imported, so no manager was stored.';
    expect(await files.lines(done, 'notes')).toMatchObject([{ line: 2, notes: [{ message: words }] }]);
  });

  test('are found by the e-mail address when nobody has the external id, and get it', async () => {
    const id = newId();
    const userId = await createUser(em, 'system', { name: 'Anne', email: mailOf(id) });
    expect(
      (await files.run('users', csvOf(['externalId', 'email'], [id, mailOf(id).toUpperCase()]))).results,
    ).toMatchObject({ changed: 1 });
    expect((await personWith(id)).id).toBe(userId);
  });

  test('keep their end date and manager after they have been offboarded, whatever a nightly file says', async () => {
    const id = newId();
    const userId = await createUser(em, 'system', {
      name: 'Gone',
      email: mailOf(id),
      externalId: id,
      endDate: '2026-01-31',
    });
    const reportId = await createUser(em, 'system', {
      name: 'Report',
      email: mailOf(`r${id}`),
      externalId: `r${id}`,
      managerId: userId,
    });
    await completeOffboarding(em, (await em.fork().findOneOrFail(Offboarding, { userId })).id, 'system');
    const done = await files.run(
      'users',
      csvOf(
        ['externalId', 'endDate', 'jobTitle', 'manager'],
        [id, '2026-01-31', 'Was here', null],
        [`r${id}`, null, null, id],
      ),
    );
    expect(done.results).toMatchObject({ changed: 1, unchanged: 1, failed: 0 });
    expect((await userById(em, reportId)).managerId ?? null).toBeNull();
    expect(await files.lines(done, 'notes')).toMatchObject([
      { line: 3, notes: [{ message: 'Gone has been offboarded, so no manager is stored.' }] },
    ]);

    const late = await files.run('users', csvOf(['externalId', 'endDate'], [id, '2026-02-28']));
    expect(await problemsOf(late)).toEqual([
      [2, 'endDate: This person has been offboarded, which cannot be undone.'],
    ]);
  });

  test('that a file names twice are refused on both lines', async () => {
    const [a, b] = [newId(), newId()];
    const found = await files.upload(
      'users',
      csvOf(
        ['externalId', 'name', 'email'],
        [a, 'One', mailOf(a)],
        [a, 'Two', mailOf(b)],
        [b, 'Three', mailOf(b).toUpperCase()],
        [cast.emil.externalId, 'Emil', ''],
      ),
    );
    expect(await problemsOf(found)).toEqual([
      [2, 'externalId: Line 3 is about the same external id.'],
      [3, 'externalId: Line 2 is about the same external id.', 'email: Line 4 has the same e-mail address.'],
      [4, 'email: Line 3 has the same e-mail address.'],
    ]);
    expect(found.preview).toMatchObject({ error: 3, change: 1 });
  });

  test('are refused line by line by the rules of the verbs, and the others go on', async () => {
    const [a, b] = [newId(), newId()];
    const found = await files.upload(
      'users',
      csvOf(
        ['externalId', 'name', 'email', 'status'],
        [a, 'Anne', mailOf(a), null],
        [b, 'Bo', mailOf(b), null],
      ),
    );
    // Meanwhile somebody else takes an address.
    await createUser(em, 'system', { name: 'Faster', email: mailOf(a), externalId: newId() });
    await startImport(em, actor, found.id, null);
    const done = await files.carryOut(found.id);
    expect(done).toMatchObject({ state: 'done', results: { created: 1, failed: 1 } });
    expect(await problemsOf(done)).toEqual([[2, 'email: Somebody else has this e-mail address.']]);
  });
});

describe('assets', () => {
  test('are added, changed and handed out, each line in one transaction', async () => {
    const tag = `NEW-${newId()}`;
    const file = csvOf(
      ['tag', 'serial', 'model', 'location', 'status', 'holder'],
      [tag, 'S-1', 'ThinkPad', 'Lisbon', null, cast.emil.externalId],
      [cast.spare.tag, null, 'ThinkPad T14', 'Porto', 'in repair', null],
      [
        cast.laptop.tag,
        `PF${cast.laptop.tag.slice(3)}AB`,
        'ThinkPad T14',
        'Lisbon',
        'assigned',
        cast.lena.email,
      ],
    );
    expect((await files.run('assets', file)).results).toMatchObject({
      created: 1,
      changed: 1,
      unchanged: 1,
      failed: 0,
    });
    const added = await em.fork().findOneOrFail(Asset, { tag });
    expect((await assetById(em, added.id)).holder).toMatchObject({ userId: cast.emil.id });
    expect(await assetById(em, cast.spare.id)).toMatchObject({
      status: 'in_repair',
      location: 'Porto',
      serial: null,
    });
    expect(await trailOf(cast.emil.id)).toEqual([`${actor} asset.assigned`]);

    const before = await facts();
    expect((await files.upload('assets', file)).preview).toMatchObject({
      same: 3,
      create: 0,
      change: 0,
      error: 0,
    });
    expect(await facts()).toEqual(before);
  });

  test('are not taken away from anybody', async () => {
    const file = csvOf(['tag', 'holder'], [cast.laptop.tag, cast.emil.email]);
    expect(await problemsOf(await files.upload('assets', file))).toEqual([
      [2, `holder: Lena Brandt holds ${cast.laptop.tag}. Recover it first.`],
    ]);
    expect(
      (await files.upload('assets', csvOf(['tag', 'holder'], [cast.laptop.tag, null]))).preview,
    ).toMatchObject({ same: 1 });
  });

  test('that somebody takes meanwhile are refused by the verb', async () => {
    const found = await files.upload('assets', csvOf(['tag', 'holder'], [cast.spare.tag, cast.emil.email]));
    await files.run('assets', csvOf(['tag', 'holder'], [cast.spare.tag, cast.timo.email]));
    await startImport(em, actor, found.id, null);
    expect(await problemsOf(await files.carryOut(found.id))).toEqual([
      [2, `holder: Timo Aalto holds ${cast.spare.tag}. Recover it first.`],
    ]);
    await recoverAsset(em, actor, cast.spare.id, { condition: 'good', nextStatus: 'in_stock', note: null });
  });
});

describe('licenses', () => {
  test('come with their seats, one line each', async () => {
    const name = `Sketch ${newId()}`;
    const file = csvOf(
      ['license', 'vendor', 'seats', 'user'],
      [name, 'Sketch B.V.', 3, cast.emil.externalId],
      [name.toUpperCase(), null, null, cast.timo.email],
      [cast.license.name, null, null, cast.lena.externalId],
    );
    expect((await files.run('licenses', file)).results).toMatchObject({
      created: 2,
      unchanged: 1,
      failed: 0,
    });
    const [license, ...others] = await em.fork().find(License, { name: { $ilike: name } });
    expect(others).toEqual([]);
    expect(license).toMatchObject({ name, vendor: 'Sketch B.V.', seatsTotal: 3, seatsUsed: 2 });
    const before = await facts();
    expect((await files.run('licenses', file)).results).toMatchObject({
      unchanged: 3,
      created: 0,
      changed: 0,
    });
    expect((await facts())[5]).toBe((before[5] as number) + 2);
  });

  test('give no more seats than there are, and say before which lines get none', async () => {
    // Lena has one of three.
    const file = csvOf(
      ['license', 'user'],
      ...[cast.emil, cast.timo, cast.rosa, cast.mira].map(({ email }) => [cast.license.name, email]),
    );
    const found = await files.upload('licenses', file);
    const none = 'user: This license has no free seat left for this line.';
    expect(await problemsOf(found)).toEqual([
      [4, none],
      [5, none],
    ]);
    expect((await files.run('licenses', file)).results).toMatchObject({ created: 2, failed: 2 });
  });

  test('whose lines contradict each other are refused', async () => {
    const name = newId();
    const found = await files.upload(
      'licenses',
      csvOf(['license', 'seats', 'user'], [name, 3, cast.emil.email], [name, 4, cast.timo.email]),
    );
    const words = 'seatsTotal: The lines of this license state different numbers of seats.';
    expect(await problemsOf(found)).toEqual([
      [2, words],
      [3, words],
    ]);
  });

  test('of the same name need their vendor', async () => {
    const name = newId();
    for (const vendor of ['One', 'Two']) await em.fork().insert(License, { name, vendor, seatsTotal: 5 });
    const found = await files.upload(
      'licenses',
      csvOf(['license', 'vendor', 'user'], [name, null, cast.emil.email]),
    );
    expect(await problemsOf(found)).toEqual([
      [2, 'license: Several licenses have this name: name the vendor too.'],
    ]);
    await files.run('licenses', csvOf(['license', 'vendor', 'user'], [name, 'Two', cast.emil.email]));
    expect(await em.fork().findOneOrFail(License, { name, vendor: 'Two' })).toMatchObject({ seatsUsed: 1 });
  });
});

describe('the brake', () => {
  const leavers = () =>
    csvOf(
      ['email', 'endDate'],
      ...[cast.emil, cast.rosa, cast.timo].map(({ email }) => [email, '2027-01-31']),
    );

  test('holds a file that makes many leave until the number is confirmed', async () => {
    await setBrake(2, 100);
    const { id } = await files.upload('users', leavers());
    for (const confirmed of [null, 2, 4]) {
      const refusal = await startImport(em, actor, id, confirmed).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(BrakeRefusal);
      expect((refusal as BrakeRefusal).people).toBe(3);
    }
    expect((await importById(em, id)).state).toBe('ready');
    await startImport(em, actor, id, 3);
    expect((await importById(em, id)).state).toBe('starting');
  });

  test('counts per cent of the workforce too', async () => {
    await setBrake(1_000, 0);
    const { id } = await files.upload('users', csvOf(['email', 'endDate'], [cast.emil.email, '2027-01-31']));
    await expect(startImport(em, actor, id, null)).rejects.toBeInstanceOf(BrakeRefusal);
  });

  test('lets a file pass that changes no end dates', async () => {
    await setBrake(0, 0);
    const { id } = await files.upload(
      'users',
      csvOf(['email', 'department'], [cast.emil.email, 'Elsewhere']),
    );
    await startImport(em, actor, id, null);
  });

  test('shows the numbers of now to whoever it holds', async () => {
    await setBrake(1, 100);
    const { id } = await files.upload('users', leavers());
    await updateUser(em, 'system', cast.emil.id, { endDate: '2027-01-31' });
    const later = new Date(Date.now() + 2 * 60_000);
    await expect(startImport(em, actor, id, 3, later)).rejects.toMatchObject({ people: 2 });
    expect(await importById(em, id)).toMatchObject({ state: 'ready', preview: { starts: 2 } });
  });

  test('looks again at a file that was looked at a while ago', async () => {
    await setBrake(2, 100);
    const { id } = await files.upload('users', leavers());
    await updateUser(em, 'system', cast.emil.id, { endDate: '2027-01-31' });
    const later = new Date(Date.now() + 2 * 60_000);
    await startImport(em, actor, id, null, later);
    expect(await importById(em, id)).toMatchObject({ state: 'starting', preview: { starts: 2, same: 1 } });
  });
});

describe('an import', () => {
  const file = () => csvOf(['email', 'department'], [cast.emil.email, newId()], [cast.timo.email, newId()]);

  test('is started once', async () => {
    const { id } = await files.upload('users', file());
    await startImport(em, actor, id, null);
    await expect(startImport(em, actor, id, null)).rejects.toThrow('started already');
    expect(await importsStarting(em)).toContain(id);
    await files.carryOut(id);
    expect(await importsUnderWay(em)).not.toContain(id);
  });

  test('can be cancelled before it starts, and then nothing of it is kept but that it was there', async () => {
    const { id } = await files.upload('users', file());
    await cancelImport(em, actor, id);
    expect(await em.fork().count(ImportRow, { importId: id })).toBe(0);
    expect(await importById(em, id)).toMatchObject({ state: 'cancelled', startedAt: null });
    await expect(startImport(em, actor, id, null)).rejects.toThrow();
    await expect(cancelImport(em, actor, id)).rejects.toThrow('ended already');
  });

  test('that is cancelled while it runs stops, and what it has done stays', async () => {
    const { id } = await files.upload('users', file());
    await startImport(em, actor, id, null);
    await em.fork().nativeUpdate(ImportRow, { importId: id, line: 3 }, { outcome: 'unchanged' });
    await cancelImport(em, actor, id);
    expect(await carryOn(em, id, { onStep() {}, onDefect() {} })).toMatchObject({ isOver: true });
    expect(await importById(em, id)).toMatchObject({
      state: 'cancelled',
      results: { changed: 0, unchanged: 1 },
    });
  });

  test('that was interrupted goes on with the lines that are left', async () => {
    const { id } = await files.upload('users', file());
    await startImport(em, actor, id, null);
    let lines = 0;
    const dying = () => {
      if (++lines === 1) throw new Error('The worker died');
    };
    await expect(carryOn(em, id, { onStep: dying, onDefect() {} })).rejects.toThrow('died');
    const done = await files.carryOut(id);
    expect(done.results).toMatchObject({ changed: 2, failed: 0 });
    for (const { id } of [cast.emil, cast.timo]) expect(await trailOf(id)).toEqual([`${actor} user.updated`]);
  });

  test('carried out twice at the same time does each line once', async () => {
    const ids = Array.from({ length: 30 }, () => newId());
    const { id } = await files.upload(
      'users',
      csvOf(
        ['externalId', 'name', 'email', 'manager'],
        ...ids.map((id) => [id, 'N', mailOf(id), ids.at(-1) === id ? null : ids.at(-1)!]),
      ),
    );
    await startImport(em, actor, id, null);
    await Promise.all([files.carryOut(id), files.carryOut(id), files.carryOut(id)]);
    expect((await importById(em, id)).results).toEqual({
      created: 30,
      changed: 0,
      unchanged: 0,
      failed: 0,
      managersPending: 0,
    });
    const { rows } = await sql<{ entries: number }>`
      select count(*) as entries from audit_entries a join users u on u.id = a.user_id
      where u.external_id = any(${ids}::text[]) and a.action in ('user.created', 'user.manager_changed')`.execute(
      sqlOf(em),
    );
    expect(rows[0]!.entries).toBe(59);
    expect(await em.fork().count(AuditEntry, { action: 'import.ended', details: { importId: id } })).toBe(1);
  });

  test('that cannot go on waits for a person, and then goes on', async () => {
    const { id } = await files.upload('users', file());
    await startImport(em, actor, id, null);
    await endImport(em, id, 'failed');
    expect(await importsUnderWay(em)).not.toContain(id);
    await startImport(em, `user:${cast.ada.id}`, id, null);
    expect(await files.carryOut(id)).toMatchObject({
      state: 'done',
      startedBy: actor,
      results: { changed: 2 },
    });
  });

  test('tells whoever started it how it ended, once, with its counts', async () => {
    const done = await files.run('users', file());
    const { id: cancelled } = await files.upload('users', file());
    await startImport(em, actor, cancelled, null);
    await cancelImport(em, `user:${cast.ada.id}`, cancelled);
    await Promise.all([files.carryOut(cancelled), files.carryOut(cancelled)]);
    expect(await toldTo(cast.nora.id)).toEqual([
      'The import of file.csv is done: 0 added, 2 changed, 0 unchanged, 0 with errors.',
      'The import of file.csv was cancelled after 0 of 2 lines: 0 added, 0 changed, 0 unchanged, 0 with errors.',
    ]);
    expect(await toldTo(cast.ada.id)).toEqual([]);
    expect(await em.fork().count(Notification, { details: { importId: done.id } })).toBe(1);
  });

  test('tells how many lines had errors, and whose manager is still to be set', async () => {
    const [here, boss] = [newId(), newId()];
    const head = ['externalId', 'name', 'email', 'manager'];
    const wrong = ['', 'Nobody', 'nobody', null];
    const people = csvOf(head, [here, 'Here', mailOf(here), boss], [boss, 'Boss', mailOf(boss), null], wrong);
    await files.run('users', csvOf(head, wrong));
    const { id } = await files.upload('users', people);
    await startImport(em, actor, id, null);
    await carryOn(em, id, { onStep() {}, onDefect() {} });
    await cancelImport(em, actor, id);
    await files.carryOut(id);
    expect(await toldTo(cast.nora.id)).toEqual([
      'The import of file.csv is done, with errors: 0 added, 0 changed, 0 unchanged, 1 with errors.',
      'The import of file.csv was cancelled after 3 of 3 lines: 2 added, 0 changed, 0 unchanged, 1 with errors.' +
        ' 1 of the people added still has no manager: importing the file again sets it.',
    ]);
    expect((await files.run('users', people)).results).toMatchObject({ changed: 1, unchanged: 1 });
    expect((await personWith(here)).managerId).toBe((await personWith(boss)).id);
  });

  test('of a token is told to the super-admins when it cannot go on, and else to nobody', async () => {
    const nightly = importing(database, 'token:hr');
    const told = () => em.fork().count(Notification, { kind: 'import_ended' });
    const before = await told();
    const { id } = await nightly.upload('users', file());
    await startImport(em, 'token:hr', id, null);
    await endImport(em, id, 'failed');
    expect(await toldTo(cast.ada.id)).toEqual([
      'The import of file.csv stopped after 0 of 2 lines, because something failed again and again: 0 added, 0 changed, 0 unchanged, 0 with errors.',
    ]);
    const whenStopped = await told();
    expect(whenStopped).toBeGreaterThan(before);
    await nightly.run('users', file());
    expect(await told()).toBe(whenStopped);
  });

  test('is forgotten whole when its file turned out to be none', async () => {
    const { id } = await files.upload('users', file());
    await discardImport(em, id);
    expect(await em.fork().count(Import, { id })).toBe(0);
  });

  test('keeps its lines for a week, and its counts for good', async () => {
    const [done, waiting, fresh] = [
      await files.run('users', file()),
      await files.upload('users', file()),
      await files.upload('users', file()),
    ];
    await asOwner(
      own.ownerUrl,
      `update imports set ended_at = now() - interval '8 days' where id = ${done.id}`,
      `update imports set created_at = now() - interval '8 days' where id = ${waiting.id}`,
    );
    await forgetOldLines(em);
    expect(await em.fork().count(ImportRow, { importId: [done.id, waiting.id] })).toBe(0);
    expect(await importById(em, done.id)).toMatchObject({
      results: { changed: 2 },
      linesDeletedAt: expect.any(Date),
    });
    expect(await em.fork().count(Import, { id: waiting.id })).toBe(0);
    expect(await em.fork().count(ImportRow, { importId: fresh.id })).toBe(2);
  });
});
