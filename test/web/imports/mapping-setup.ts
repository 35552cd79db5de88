import { expect } from 'vitest';
import type { Setup } from './setup.ts';

/** What the tests choose for the columns of their file. */
export const mapped = { column1: 'email', column2: 'ignore', column3: 'endDate', column4: 'department' };

/** Uploads files with unknown columns. Their header is new for each cast, so that no other test has mapped it. */
export function mapping({ cast, nora }: Setup) {
  const file = () =>
    [
      `Mail ${cast.emil.id},Cost centre,Exit dt,Team`,
      `${cast.emil.email},4711,31.12.2099,Mapped`,
      `${cast.timo.email},4712,,Mapped`,
      `nobody${cast.emil.id}@x.example,4711,,`,
    ].join('\n');
  const upload = (bytes = file(), fields = {}) => nora.upload('/imports/users', { bytes }, fields);

  /** Uploads a file and returns the address where its columns are chosen. */
  async function toMap(bytes?: string): Promise<string> {
    const { location } = await upload(bytes);
    expect(location).toMatch(/^\/imports\/\d+\/columns$/);
    return location!;
  }
  return { file, upload, toMap };
}

/** The id of the import in an address. */
export const idIn = (address: string) => Number(address.split('/')[2]);
