import { beforeEach, describe, expect, test } from 'vitest';
import { AuditEntry, Import, ImportRow } from '../../../database/entities/index.ts';
import { userById } from '../../../database/people/users.ts';
import { importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { idIn, mapped, mapping } from './mapping-setup.ts';
import { figures, type Setup, setUpUploads } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
let { file, upload, toMap } = {} as ReturnType<typeof mapping>;
beforeEach(async () => {
  const setup = await setUpUploads(own.database, web);
  ({ cast, nora } = setup);
  ({ file, upload, toMap } = mapping(setup));
});

const selected = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<select[^>]*?name="(column\d+)"[\s\S]*?<\/select>/g)].map(([select, name]) => [
      name,
      /value="(\w*)" selected/.exec(select)?.[1] ?? '',
    ]),
  );

describe('(R17) a file with unknown columns', () => {
  test('asks what each is, with three sample values and a suggestion', async () => {
    const address = await toMap();
    const { text } = await nora.get(address);
    expect(text).toContain('For example 4711 · 4712');
    expect(text).toContain(`For example ${cast.emil.email} · ${cast.timo.email} · `);
    expect(text).toContain('For example 31.12.2099');
    // An end date is never suggested: a person has to choose it.
    expect(selected(text)).toEqual({
      column1: 'email',
      column2: 'ignore',
      column3: '',
      column4: 'department',
    });
    expect((await nora.get(`/imports/${idIn(address)}`)).location).toBe(address);
    expect((await nora.get('/imports')).text).toContain('Choose columns');
  });

  test('never suggests an end date or a status, also when the name is known', async () => {
    const header = `Mail ${cast.emil.id},endDate,Status,Termination date,Shoe size ${cast.emil.id}`;
    const { text } = await nora.get(await toMap(`${header}\n${cast.emil.email},,active,,43\n`));
    expect(selected(text)).toMatchObject({ column2: '', column3: '', column4: '', column5: 'ignore' });
  });

  test('is previewed with the chosen columns, and then imported', async () => {
    const address = await toMap();
    const { status, location } = await nora.post(address, mapped);
    expect([status, location]).toEqual([303, `/imports/${idIn(address)}`]);
    const { text } = await nora.get(location!);
    expect(figures(text)).toMatchObject({ Changed: '2', Errors: '1', 'Would start offboarding': '1' });
    expect(text).toContain('Exit dt → End date');
    expect(text).toContain('Ignored columns: Cost centre.');
    expect((await nora.post(`${location}/start`)).status).toBe(303);
    await importing(own.database, 'system').execute(idIn(address));
    expect(await userById(em, cast.emil.id)).toMatchObject({ department: 'Mapped', endDate: '2099-12-31' });
    const [entry] = await em
      .fork()
      .find(AuditEntry, { action: 'columns.mapped', actor: `user:${cast.nora.id}` });
    expect(entry!.details).toMatchObject({
      columns: [expect.any(String), 'Cost centre → ignored', 'Exit dt → endDate', 'Team → department'],
    });
  });

  test('is read again when its form comes back, and nothing chosen is lost', async () => {
    const address = await toMap();
    const refused = await nora.post(address, { ...mapped, column3: '', column4: 'email' });
    expect(refused.status).toBe(422);
    expect(messageBeside(refused.text, 'column3')).toBe('Choose a field or ignore this column.');
    expect(messageBeside(refused.text, 'column4')).toBe(
      'Several columns map to Email. Keep one and ignore the others.',
    );
    expect(selected(refused.text)).toEqual({ ...mapped, column3: '', column4: 'email' });
    const nothing = await nora.post(address, { ...mapped, column1: 'firstName' });
    expect([nothing.status, messagesOn(nothing.text)]).toEqual([
      422,
      'danger: Choose a column for External ID or Email.',
    ]);
    const half = await nora.post(address, { ...mapped, column4: 'firstName' });
    expect(messagesOn(half.text)).toBe('danger: Choose a column for Last name too.');
    for (const column1 of ['__proto__', 'role', 'email '])
      expect((await nora.post(address, { ...mapped, column1 })).status).toBe(422);
    expect((await em.fork().findOneOrFail(Import, { id: idIn(address) })).state).toBe('mapping');
  });

  test('(R14) stops when the chosen dates are mixed, and can be mapped again', async () => {
    const mixed = file().replace('4712,,', '4712,12/31/2099,');
    const address = await toMap(mixed);
    const refused = await nora.post(address, mapped);
    expect([refused.status, messagesOn(refused.text)]).toEqual([
      422,
      expect.stringContaining('line 3, “12/31/2099”, must be month first'),
    ]);
    expect(selected(refused.text)).toEqual(mapped);
    const rows = await em.fork().find(ImportRow, { importId: idIn(address) });
    expect(rows.map(({ stated }) => stated)).toEqual([{}, {}, {}]);
    expect((await nora.post(address, { ...mapped, column3: 'ignore' })).status).toBe(303);
  });

  test('can be discarded, is not started unmapped, and is mapped once', async () => {
    const address = await toMap();
    const start = await nora.post(`/imports/${idIn(address)}/start`);
    expect([start.status, messagesOn(start.text)]).toEqual([
      409,
      'danger: First choose a field for each column of this file.',
    ]);
    expect((await nora.post(`/imports/${idIn(address)}/cancellation`)).status).toBe(303);
    expect((await nora.post(address, mapped)).status).toBe(409);
    expect((await nora.get(address)).location).toBe(`/imports/${idIn(address)}`);

    const both = await toMap();
    const answers = await Promise.all([nora.post(both, mapped), nora.post(both, mapped)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
  });

  test('needs the last column without a name when that holds something', async () => {
    const header = `email,department,\n${cast.emil.email},Ops,`;
    expect((await upload(`${header}\n`)).location).toMatch(/^\/imports\/\d+$/);
    expect((await upload(`${header}x\n`)).location).toMatch(/\/columns$/);
    expect((await upload(`${header}x\n`, { unknown: 'leave-out' })).location).toMatch(/^\/imports\/\d+$/);
  });
});
