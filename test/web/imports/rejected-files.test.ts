import { beforeEach, describe, expect, test } from 'vitest';
import { Import } from '../../../database/entities/index.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messageBeside } from '../../../testing/web/page-messages.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { type Setup, setUpUploads } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
beforeEach(async () => {
  ({ cast, nora } = await setUpUploads(own.database, web));
});

describe('a rejected file', () => {
  const refusal = async (bytes: string, fields: Record<string, string> = {}) => {
    const answer = await nora.upload('/imports/users', { bytes }, fields);
    return [answer.status, messageBeside(answer.text, 'file')];
  };

  test('has its reason beside the field, and nothing is stored', async () => {
    const before = await em.fork().count(Import);
    expect(await refusal('')).toEqual([422, 'The file is empty.']);
    expect(await refusal('email\n')).toEqual([422, 'The file has a header but no lines.']);
    expect(await refusal('name,department\nx,y\n')).toEqual([
      422,
      expect.stringContaining('The file needs one of the columns externalId, email.'),
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

  test('is accepted without its unknown columns when the user asks', async () => {
    const answer = await nora.upload(
      '/imports/users',
      { bytes: `email,Salary\n${cast.emil.email},1\n` },
      { unknown: 'leave-out' },
    );
    expect((await nora.get(answer.location!)).text).toContain('Ignored columns: Salary.');
  });

  test('that is too large is reported early, and the browser sees the message', async () => {
    const answer = await nora.upload('/imports/users', { bytes: Buffer.alloc(51 * 1024 * 1024, 'x') });
    expect(answer.status).toBe(413);
    expect(messageBeside(answer.text, 'file')).toContain('larger than 50 MB');
  });

  test('can be a missing one', async () => {
    for (const answer of [
      await nora.post('/imports/users', { file: 'x' }),
      await nora.upload('/imports/users', { name: '', bytes: '' }),
    ]) {
      expect(answer.status).toBe(422);
      expect(messageBeside(answer.text, 'file')).toBe('Choose a CSV file to upload.');
    }
  });
});
