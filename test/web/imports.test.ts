import { beforeEach, describe, expect, test } from 'vitest';
import { AuditEntry, Import, ImportRow, User } from '../../database/entities/index.ts';
import { importById } from '../../database/imports/imports.ts';
import { carryOn } from '../../database/imports/progress.ts';
import { updateImportSettings } from '../../database/imports/settings.ts';
import { userById } from '../../database/users.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { csvOf, importing } from '../support/importing.ts';
import { said, saidBeside } from '../support/said.ts';
import { type Browserlike, startWeb } from '../support/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Cast;
let nora: Browserlike;
let ivo: Browserlike;
beforeEach(async () => {
  cast = await makeCast(own.database);
  [nora, ivo] = await Promise.all([web.signIn(cast.nora.email), web.signIn(cast.ivo.email)]);
  await setBrake(1_000);
});

const setBrake = (brakeCount: number) =>
  updateImportSettings(em, 'system', { dateFormat: 'DD.MM.YYYY', brakeCount, brakePercent: 100 });
const carryOut = (id: number) => importing(own.database, 'system').carryOut(id);

/** Uploads a file and gives the id of its import. */
async function uploaded(browser: Browserlike, kind: string, bytes: string): Promise<number> {
  const { status, location, text } = await browser.upload(`/imports/${kind}`, { bytes });
  expect(status, text).toBe(303);
  return Number(/^\/imports\/(\d+)$/.exec(location!)![1]);
}

const figures = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<dt>([^<]+)<\/dt><dd>([^<]+)<\/dd>/g)].map(([, label, count]) => [label, count]),
  );
/** What the lines of the list say, without markup. */
const listed = (html: string): string[] =>
  [...html.slice(html.indexOf('id="lines"')).matchAll(/<tr>\s*<td[\s\S]*?<\/tr>/g)].map(([row]) =>
    row
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );

describe('the preview', () => {
  const file = () =>
    csvOf(
      ['E-Mail', 'Department', 'End date'],
      [cast.emil.email, 'Engineering', '31.12.2026'],
      [cast.timo.email, 'Research', ''],
      [cast.rosa.email, 'Engineering', ''],
      [cast.mira.email, 'Engineering', '31/12/2026'],
      ['stranger@x.example', '', ''],
    );

  test('shows what a file would do, and does none of it', async () => {
    const entries = await em.fork().count(AuditEntry);
    const id = await uploaded(nora, 'users', file());
    const { text } = await nora.get(`/imports/${id}`);
    expect(figures(text)).toMatchObject({
      New: '0',
      Changed: '2',
      Unchanged: '1',
      Errors: '2',
      'Would start leaving': '1',
    });
    expect(listed(text)).toEqual([
      '5 Mira Holt End date: “31/12/2026” is no date that is understood here. Write dates as 2026-12-31 or as 31.12.2026, the way of this workspace.',
      '6 stranger@x.example name: This is somebody new, and a new person needs a name.',
    ]);
    expect(await em.fork().count(AuditEntry)).toBe(entries);
    expect((await userById(em, cast.emil.id)).endDate ?? null).toBeNull();
  });

  test('lists who would enter the queue, and what would change', async () => {
    const id = await uploaded(nora, 'users', file());
    expect(listed((await nora.get(`/imports/${id}?show=leaving`)).text)).toEqual([
      expect.stringMatching(/^2 Emil Novák 31 Dec 2026 .+ · Would start leaving$/),
    ]);
    expect(listed((await nora.get(`/imports/${id}?show=changed`)).text)).toEqual([
      '2 Emil Novák End date: 2026-12-31',
      '3 Timo Aalto Department: Engineering → Research',
    ]);
    expect((await nora.get(`/imports/${id}?show=nonsense&page=99`)).text).toContain('There is no page 99');
  });

  test('escapes whatever a file holds', async () => {
    const id = await uploaded(
      nora,
      'users',
      csvOf(['email', 'name', 'department'], [cast.emil.email, '<b>Emil</b>', '"<i>"'], ['<u>@x', '<s>', '']),
    );
    for (const show of ['errors', 'changed'])
      expect((await nora.get(`/imports/${id}?show=${show}`)).text).not.toMatch(/<(b|i|u|s)>/);
  });

  test('offers nothing to start when there is nothing to do', async () => {
    const id = await uploaded(nora, 'users', csvOf(['email'], [cast.emil.email]));
    const { text } = await nora.get(`/imports/${id}`);
    expect(text).toContain('Everything in this file is so already.');
    expect(text).not.toContain(`action="/imports/${id}/start"`);
  });

  test('can be forgotten', async () => {
    const id = await uploaded(nora, 'users', file());
    expect((await nora.post(`/imports/${id}/cancellation`)).status).toBe(303);
    expect((await nora.get(`/imports/${id}`)).text).toContain(
      'This file was never started. Nothing was changed.',
    );
    expect(await em.fork().count(ImportRow, { importId: id })).toBe(0);
  });
});

describe('the import', () => {
  test('is started, shows how far it is, and then what became of the lines', async () => {
    const id = await uploaded(
      nora,
      'users',
      csvOf(['email', 'department'], [cast.emil.email, 'Moved'], [cast.timo.email, 'Moved'], ['nobody', '']),
    );
    expect((await nora.post(`/imports/${id}/start`)).location).toBe(`/imports/${id}`);
    const running = await nora.get(`/imports/${id}`);
    expect(said(running.text)).toBe('success: The import has been started.');
    expect(running.text).toMatch(/<progress class="bar bar-tall" max="3" value="0"/);
    expect(running.text).toMatch(new RegExp(`hx-get="/imports/${id}" hx-trigger="every 1s"`));
    await carryOut(id);
    const over = await nora.get(`/imports/${id}`);
    expect(figures(over.text)).toMatchObject({ Changed: '2', Errors: '1' });
    expect(over.text).not.toContain('hx-trigger');
    expect(await em.fork().findOneOrFail(User, { id: cast.emil.id })).toMatchObject({ department: 'Moved' });
    expect(await em.fork().count(AuditEntry, { actor: `user:${cast.nora.id}`, action: 'user.updated' })).toBe(
      2,
    );

    expect((await nora.post(`/imports/${id}/start`)).status).toBe(409);
    expect((await nora.post(`/imports/${id}/cancellation`)).status).toBe(409);
  });

  test('can be cancelled while it runs', async () => {
    const id = await uploaded(nora, 'users', csvOf(['email', 'department'], [cast.emil.email, 'Moved']));
    await nora.post(`/imports/${id}/start`);
    expect((await nora.post(`/imports/${id}/cancellation`)).status).toBe(303);
    expect((await nora.get(`/imports/${id}`)).text).toContain('Being cancelled');
    await carryOut(id);
    expect((await nora.get(`/imports/${id}`)).text).toContain('Cancelled after 0 of 1 line.');
  });

  test('that is cancelled before the managers were set says so, and the same file sets them', async () => {
    const { id: mark } = cast.emil;
    const file = csvOf(
      ['externalId', 'name', 'email', 'manager'],
      [`W-${mark}`, 'Worker', `w${mark}@x.example`, `B-${mark}`],
      [`B-${mark}`, 'Boss', `b${mark}@x.example`, null],
    );
    const id = await uploaded(nora, 'users', file);
    await nora.post(`/imports/${id}/start`);
    await carryOn(em, id, { onStep() {}, onDefect() {} });
    await nora.post(`/imports/${id}/cancellation`);
    await carryOut(id);
    expect((await nora.get(`/imports/${id}`)).text).toContain(
      'For 1 of the people added, the manager was still to be set: importing the file again sets it.',
    );
    const again = await uploaded(nora, 'users', file);
    await nora.post(`/imports/${again}/start`);
    await carryOut(again);
    const [worker, boss] = await Promise.all(
      ['W', 'B'].map((letter) => em.fork().findOneOrFail(User, { externalId: `${letter}-${mark}` })),
    );
    expect(worker!.managerId).toBe(boss!.id);
  });

  test('of the same file twice changes nothing the second time', async () => {
    const file = csvOf(['email', 'department', 'endDate'], [cast.emil.email, 'Moved', '31.01.2027']);
    const first = await uploaded(nora, 'users', file);
    await nora.post(`/imports/${first}/start`);
    await carryOut(first);
    const revision = (await userById(em, cast.emil.id)).revision;
    const second = await uploaded(nora, 'users', file);
    expect(figures((await nora.get(`/imports/${second}`)).text)).toMatchObject({
      Changed: '0',
      Unchanged: '1',
    });
    await nora.post(`/imports/${second}/start`);
    await carryOut(second);
    expect((await userById(em, cast.emil.id)).revision).toBe(revision);
  });

  test('is listed with the others', async () => {
    const id = await uploaded(nora, 'users', csvOf(['email'], [cast.emil.email]));
    const { text } = await nora.get('/imports');
    expect(text).toContain(`href="/imports/${id}"`);
    expect((await nora.get('/imports?page=900')).text).toContain('There is no page 900');
  });
});

describe('the brake', () => {
  const leavers = () =>
    csvOf(
      ['email', 'end date'],
      ...[cast.emil, cast.rosa, cast.timo].map(({ email }) => [email, '31.01.2027']),
    );

  test('asks for the number of people, and takes no other', async () => {
    await setBrake(2);
    const id = await uploaded(nora, 'users', leavers());
    const { text } = await nora.get(`/imports/${id}`);
    expect(text).toContain('The brake is on');
    expect(text).toContain('3 people would get an end date.');
    for (const fields of [{}, { people: '2' }, { people: 'yes' }, { people: '' }] as Record<
      string,
      string
    >[]) {
      const answer = await nora.post(`/imports/${id}/start`, fields);
      expect(answer.status).toBe(422);
      expect(saidBeside(answer.text, 'people')).toBe('Type 3 to confirm.');
    }
    expect((await importById(em, id)).state).toBe('ready');
    expect((await nora.post(`/imports/${id}/start`, { people: '3' })).status).toBe(303);
    expect((await importById(em, id)).state).toBe('starting');
  });

  test('and the way dates are written are set in the workspace', async () => {
    const ada = await web.signIn(cast.ada.email);
    expect(
      (
        await ada.post('/settings/workspace/imports', {
          dateFormat: 'MM/DD/YYYY',
          brakeCount: '7',
          brakePercent: '3',
        })
      ).status,
    ).toBe(303);
    const { text } = await ada.get('/settings/workspace');
    expect(text).toMatch(/<option value="MM\/DD\/YYYY" selected>/);
    expect(text).toMatch(/name="brakeCount" type="number" value="7"/);
    const id = await uploaded(nora, 'users', csvOf(['email', 'endDate'], [cast.emil.email, '01/31/2027']));
    expect(listed((await nora.get(`/imports/${id}?show=leaving`)).text)).toEqual([
      expect.stringMatching(/^2 Emil Novák 31 Jan 2027 .+ · Would start leaving$/),
    ]);

    const bad = await ada.post('/settings/workspace/imports', {
      dateFormat: 'YY',
      brakeCount: '-1',
      brakePercent: '101',
    });
    expect(bad.status).toBe(422);
    expect(saidBeside(bad.text, 'brakePercent')).toContain('from 0 to 100');
    expect(saidBeside(bad.text, 'brakeCount')).not.toBeNull();
    expect((await nora.post('/settings/workspace/imports', {})).status).toBe(403);
  });
});

describe('the list of errors', () => {
  test('is the file again without what was taken, safe to open and to import when corrected', async () => {
    const id = await uploaded(
      nora,
      'users',
      ['e-mail;name;department', `${cast.emil.email};Emil;A`, 'who;"Wh;o";=1+1', `x@x.example;;"a\nb"`].join(
        '\r\n',
      ),
    );
    const { text, headers } = await nora.get(`/imports/${id}/errors.csv`);
    expect(headers.get('content-disposition')).toBe(`attachment; filename=errors-of-import-${id}.csv`);
    expect(text).toBe(
      [
        '\ufeffLine;Problems;e-mail;name;department',
        `3;e-mail: Expected an e-mail address such as name@example.com.;who;"Wh;o";'=1+1`,
        `4;department: One line, please.;x@x.example;;"a\nb"`,
        '',
      ]
        .join('\r\n')
        .replace(/^\ufeff/, ''),
    );
    const corrected = text.replace('who', 'who@x.example').replace('x@x.example;;"a\nb"', 'y@x.example;Y;ab');
    const again = await uploaded(nora, 'users', corrected);
    expect((await importById(em, again)).preview).toMatchObject({ create: 2, error: 0 });
  });
});

describe('a file that is not taken', () => {
  const refusal = async (bytes: string, fields: Record<string, string> = {}) => {
    const answer = await nora.upload('/imports/users', { bytes }, fields);
    return [answer.status, saidBeside(answer.text, 'file')];
  };

  test('gets its reason beside the field, and nothing is kept', async () => {
    const before = await em.fork().count(Import);
    expect(await refusal('')).toEqual([422, 'The file is empty.']);
    expect(await refusal('email\n')).toEqual([422, 'There is nothing below the header of this file.']);
    expect(await refusal('name,department\nx,y\n')).toEqual([
      422,
      expect.stringContaining('One of the columns externalId, email is needed.'),
    ]);
    expect(await refusal('email,Salary,Shoe size\na@x.example,1,2\n')).toEqual([
      422,
      expect.stringContaining('these columns: Salary, Shoe size.'),
    ]);
    expect(await refusal('PK\u0003\u0004')).toEqual([422, expect.stringContaining('save it as CSV')]);
    expect(await refusal(`email\n${'x'.repeat(70_000)}\n`)).toEqual([
      422,
      expect.stringContaining('longer than 64 kB'),
    ]);
    expect(await refusal(`${Array.from({ length: 51 }, (_, index) => `c${index}`)}\n`)).toEqual([
      422,
      expect.stringContaining('51 columns'),
    ]);
    expect(await em.fork().count(Import)).toBe(before);
  });

  test('is taken without its unknown columns when asked to', async () => {
    const answer = await nora.upload(
      '/imports/users',
      { bytes: `email,Salary\n${cast.emil.email},1\n` },
      { unknown: 'leave-out' },
    );
    expect((await nora.get(answer.location!)).text).toContain('Columns that are left out: Salary.');
  });

  test('is too large: told at once, and the browser sees it', async () => {
    const answer = await nora.upload('/imports/users', { bytes: Buffer.alloc(51 * 1024 * 1024, 'x') });
    expect(answer.status).toBe(413);
    expect(saidBeside(answer.text, 'file')).toContain('larger than 50 MB');
  });

  test('is none at all', async () => {
    for (const answer of [
      await nora.post('/imports/users', { file: 'x' }),
      await nora.upload('/imports/users', { name: '', bytes: '' }),
    ]) {
      expect(answer.status).toBe(422);
      expect(saidBeside(answer.text, 'file')).toBe('Choose a CSV file to upload.');
    }
  });
});

describe('who may', () => {
  test('an it-admin brings in assets and licenses, and sees no file of people', async () => {
    const users = await uploaded(nora, 'users', csvOf(['email', 'department'], [cast.emil.email, 'X']));
    const assets = await uploaded(ivo, 'assets', csvOf(['tag', 'location'], [cast.spare.tag, 'Porto']));
    await uploaded(ivo, 'licenses', csvOf(['license', 'seats'], [cast.license.name, 4]));
    const list = (await ivo.get('/imports')).text;
    expect(list).toContain(`href="/imports/${assets}"`);
    expect(list).not.toContain(`href="/imports/${users}"`);
    expect(list).not.toContain('/imports/users/new');
    for (const path of ['/imports/users/new', `/imports/${users}`, `/imports/${users}/errors.csv`]) {
      expect((await ivo.get(path)).status, path).toBe(403);
    }
    for (const path of [`/imports/${users}/start`, `/imports/${users}/cancellation`]) {
      expect((await ivo.post(path)).status, path).toBe(403);
    }
    expect((await ivo.upload('/imports/users', { bytes: 'email\na@x.example' })).status).toBe(403);
    expect((await importById(em, users)).state).toBe('ready');
  });

  test('an employee sees none of it', async () => {
    const emil = await web.signIn(cast.emil.email);
    for (const path of ['/imports', '/imports/assets/new']) expect((await emil.get(path)).status).toBe(403);
    expect((await emil.upload('/imports/assets', { bytes: 'tag\nx' })).status).toBe(403);
  });

  test('an upload from another site is refused', async () => {
    const answer = await nora.post('/imports/users', {}, { 'Sec-Fetch-Site': 'cross-site' });
    expect(answer.status).toBe(403);
  });
});

test('every kind is offered with its columns and an example that can be uploaded as it is', async () => {
  for (const kind of ['users', 'assets', 'licenses']) {
    expect((await nora.get(`/imports/${kind}/new`)).status).toBe(200);
    const { text, headers } = await nora.get(`/imports/${kind}/example.csv`);
    expect(headers.get('content-type')).toContain('text/csv');
    await uploaded(nora, kind, text);
  }
  expect((await nora.get('/imports/999999')).status).toBe(404);
  expect((await nora.get('/imports/nonsense/new')).status).toBe(404);
});
