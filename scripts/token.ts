import { parseArgs } from 'node:util';
import { createToken } from '../database/access/tokens.ts';
import { scopes } from '../domain/access/scopes.ts';
import { systemActor } from '../domain/actor.ts';
import { type Command, runCommand, WrongUsage, withDatabase } from './command.ts';

// `npm run token`: creates an API token and prints it alone on the last line. It is not shown again.

const usage = `Usage: npm run token -- --name NAME --scopes SCOPE[,SCOPE…]
Scopes: ${scopes.join(', ')}`;

export const tokenCommand: Command = {
  usage,
  async run(shell) {
    const { values } = parseArgs({
      args: shell.args,
      options: { name: { type: 'string' }, scopes: { type: 'string' } },
    });
    if (!values.name || !values.scopes) throw new WrongUsage('--name or --scopes is missing.');
    const wanted = { name: values.name, scopes: listed(values.scopes) };
    const { token, value } = await withDatabase(shell, ({ em }) => createToken(em, systemActor, wanted));
    shell.print(`API token "${token.name}" for ${token.scopes.join(', ')}:`);
    shell.print(value);
  },
};

if (import.meta.main) process.exitCode = await runCommand(tokenCommand);

function listed(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}
