import { readDatabaseUrls } from '../config/environment.ts';
import { isOwner, migrate } from '../database/migrate.ts';
import { commandEnvironment, runCommand } from './command.ts';

// `npm run migrate`: brings the schema up to date. Safe to run again, and by several processes one after another.

await runCommand('Usage: npm run migrate', async () => {
  const { databaseUrl, ownerUrl } = readDatabaseUrls(commandEnvironment());
  if (isOwner(ownerUrl, databaseUrl))
    console.error(
      'Warning: the application signs in as the owner of the tables, who can alter the audit trail. Give DATABASE_URL a role of its own.',
    );
  const applied = await migrate(ownerUrl, databaseUrl);
  for (const name of applied) console.log(`Applied ${name}`);
  if (applied.length === 0) console.log('The schema is up to date');
});
