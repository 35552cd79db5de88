import { readFirstAdmin } from '../config/environment.ts';
import { ensureFirstAdmin, firstAdminMaySignIn } from '../database/access/first-admin.ts';
import { InvalidInput } from '../domain/failures.ts';
import { type Command, runCommand, withDatabase } from './command.ts';

// Adds the first super-admin of the environment, and prints how they sign in. Prints nothing when they have another
// password. `npm start` runs it.

export const firstAdminCommand: Command = {
  usage: 'Usage: node scripts/first-admin.ts',
  async run(shell) {
    const admin = readFirstAdmin(shell.variables);
    if (admin === null) return;
    const signsIn = await withDatabase(shell, async ({ em }) => {
      await ensureFirstAdmin(em, admin).catch(explainPassword);
      return firstAdminMaySignIn(em, admin);
    });
    if (signsIn) shell.print(`${admin.email} with the password from LASTDAY_ADMIN_PASSWORD`);
  },
};

if (import.meta.main) process.exitCode = await runCommand(firstAdminCommand);

function explainPassword(error: unknown): never {
  throw error instanceof InvalidInput ? new Error(`LASTDAY_ADMIN_PASSWORD: ${error.message}`) : error;
}
