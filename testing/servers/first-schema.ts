import { readFileSync } from 'node:fs';
import { asOwner } from './owner.ts';

/** Creates the schema of version 0.1.0 in an empty database, as that version made it. */
export const createFirstSchema = (ownerUrl: string): Promise<void> =>
  asOwner(ownerUrl, readFileSync(new URL('../../prove/upgrade/schema-0.1.0.sql', import.meta.url), 'utf8'));
