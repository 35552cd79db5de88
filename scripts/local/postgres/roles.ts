import pg from 'pg';

/** The role that owns the database and migrates it. */
export const OWNER_ROLE = 'lastday_owner';

/** The role that the application reads and writes with. */
export const APP_ROLE = 'lastday';

const DATABASE = 'lastday';

/**
 * Makes both roles and the owner's database where they are missing, and sets the roles' passwords.
 * What the application's role may do is granted when the database is migrated.
 */
export async function makeRoles(adminUrl: string, passwords: { owner: string; app: string }): Promise<void> {
  const client = new pg.Client(adminUrl);
  await client.connect();
  try {
    await makeRole(client, OWNER_ROLE, passwords.owner);
    await makeRole(client, APP_ROLE, passwords.app);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER_ROLE}`);
  } finally {
    await client.end();
  }
}

async function makeRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  await client.query(`${verb} ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
}
