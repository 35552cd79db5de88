import pg from 'pg';

/** The role that owns the database and migrates it. */
export const ownerRole = 'lastday_owner';

/** The role with which the application reads and writes. */
export const appRole = 'lastday';

const databaseName = 'lastday';

/**
 * Creates both roles and the owner's database if they are missing, and sets the roles' passwords. The migration grants
 * the application's role its rights.
 */
export async function makeRoles(adminUrl: string, passwords: { owner: string; app: string }): Promise<void> {
  const client = new pg.Client(adminUrl);
  await client.connect();
  try {
    await makeRole(client, ownerRole, passwords.owner);
    await makeRole(client, appRole, passwords.app);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName} OWNER ${ownerRole}`);
  } finally {
    await client.end();
  }
}

async function makeRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  await client.query(`${verb} ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
}
