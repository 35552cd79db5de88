import pg from 'pg';
import { migrate } from '../../database/core/migrate.ts';

/** A database with the schema and nothing in it, to be copied: `CREATE DATABASE … TEMPLATE lastday_template`. */
export const TEMPLATE = 'lastday_template';

/** The same address with another database. */
export function atDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Makes the template, once a run. */
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
