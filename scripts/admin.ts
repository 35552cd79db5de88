import { parseArgs } from 'node:util';
import { readPublicUrl } from '../config/environment.ts';
import { makeSuperAdmin } from '../database/access/first-admin.ts';
import { createLink, linkPath } from '../database/access/one-time-links.ts';
import { systemActor } from '../domain/actor.ts';
import { emailToStore } from '../domain/email.ts';
import { type Command, commandEnvironment, runCommand, WrongUsage, withDatabase } from './command.ts';

// `npm run admin`: makes a user a super-admin and prints a one-time sign-in link, alone on the last line.

const usage = 'Usage: npm run admin -- --email EMAIL';

export const adminCommand: Command = {
  usage,
  async run(shell) {
    const { values } = parseArgs({ args: shell.args, options: { email: { type: 'string' } } });
    if (values.email === undefined) throw new WrongUsage('--email is missing.');
    const email = emailToStore(values.email);
    if ('problem' in email) throw new WrongUsage(`--email: ${email.problem}`);
    const address = readPublicUrl(commandEnvironment(shell));
    const link = await withDatabase(shell, async ({ em }) => {
      const userId = await makeSuperAdmin(em, systemActor, email.text);
      return createLink(em, { userId, purpose: 'sign-in', actor: systemActor });
    });
    shell.print(`${email.text} is a super admin. This link signs them in once and expires in an hour:`);
    shell.print(address + linkPath(link));
  },
};

if (import.meta.main) process.exitCode = await runCommand(adminCommand);
