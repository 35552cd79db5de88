import { parseArgs } from 'node:util';
import { createToken } from '../database/tokens.ts';
import { systemActor } from '../domain/actor.ts';
import { scopes } from '../domain/scopes.ts';
import { runCommand, WrongUsage, withDatabase } from './command.ts';

// `npm run token`: makes an API token and prints it alone as the last line. It is shown this once.

const usage = `Usage: npm run token -- --name NAME --scopes SCOPE[,SCOPE…]
Scopes: ${scopes.join(', ')}`;

await runCommand(usage, async () => {
  const { values } = parseArgs({ options: { name: { type: 'string' }, scopes: { type: 'string' } } });
  if (!values.name || !values.scopes) throw new WrongUsage('A token needs a name and at least one scope.');
  const wanted = { name: values.name, scopes: listed(values.scopes) };
  const { token, value } = await withDatabase(({ em }) => createToken(em, systemActor, wanted));
  console.log(`API token "${token.name}" for ${token.scopes.join(', ')}:`);
  console.log(value);
});

function listed(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}
