import { parseArgs } from 'node:util';
import { type Command, runCommand, WrongUsage, withDatabase } from './command.ts';
import { addBulk } from './demo/bulk.ts';
import { showProgress } from './progress.ts';

// `npm run seed`: adds many made-up people, to test Lastday with a large database.

const usage = 'Usage: npm run seed -- --users NUMBER --leavers NUMBER (at most as many leavers as users)';

export const seedCommand: Command = {
  usage,
  async run(shell) {
    const { values } = parseArgs({
      args: shell.args,
      options: { users: { type: 'string' }, leavers: { type: 'string' } },
    });
    const users = numberFrom('--users', values.users);
    const leavers = numberFrom('--leavers', values.leavers);
    if (users === 0 || leavers > users)
      throw new WrongUsage("--users must be at least 1, and --leavers can't be more than --users.");

    const began = performance.now();
    const progress = showProgress();
    shell.print(`Creating ${users} people and their items`);
    await withDatabase(shell, (database) => addBulk(database, { users, leavers }, progress));
    progress.end();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    shell.print(`Added ${users} users, ${leavers} of them leaving, in ${seconds} s`);
  },
};

if (import.meta.main) process.exitCode = await runCommand(seedCommand);

function numberFrom(option: string, text: string | undefined): number {
  if (text !== undefined && /^\d{1,7}$/.test(text)) return Number(text);
  throw new WrongUsage(
    text === undefined ? `${option} is missing.` : `${option} expects a number, not "${text}".`,
  );
}
