import pg from 'pg';
import { migrate } from '../../database/core/migrate.ts';

/** A migrated database without data, for `CREATE DATABASE … TEMPLATE lastday_template`. */
export const TEMPLATE = 'lastday_template';

/** Replaces the database name in a URL. */
export function atDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Creates the template once per run. */
export async function prepareTemplate(adminUrl: string, ownerUrl: string, appUrl: string): Promise<void> {
  const admin = new pg.Client(adminUrl);
  await admin.connect();
  try {
    const owner = admin.escapeIdentifier(new URL(ownerUrl).username);
    await admin.query(`CREATE DATABASE ${TEMPLATE} OWNER ${owner}`);
  } finally {
    await admin.end();
  }
  await migrate(atDatabase(ownerUrl, TEMPLATE), atDatabase(appUrl, TEMPLATE));
}
