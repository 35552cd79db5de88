import { readDatabaseUrls } from '../config/environment.ts';
import { withLocalInstance } from '../config/local-instance.ts';
import { connect, type Database } from '../database/core/orm.ts';
import { codeOf, isMissingSchema, isUnreachable } from '../database/core/postgres-errors.ts';

/** The arguments are wrong. The usage is printed with the message. */
export class WrongUsage extends Error {}

/** A command of the shell, such as `npm run token`. */
export interface Command {
  usage: string;
  run: (shell: Shell) => Promise<void>;
}

/** The arguments, variables and output streams of a command. */
export interface Shell {
  args: string[];
  variables: NodeJS.ProcessEnv;
  print: (line: string) => void;
  warn: (line: string) => void;
}

/** The shell that started this process. */
const ownShell = (): Shell => ({
  args: process.argv.slice(2),
  variables: process.env,
  print: console.log,
  warn: console.error,
});

/**
 * Runs a command and returns its exit code. Prints an error on stderr: wrong arguments with the usage and exit code 2,
 * everything else with exit code 1.
 */
export async function runCommand({ usage, run }: Command, shell = ownShell()): Promise<number> {
  try {
    await run(shell);
    return 0;
  } catch (error) {
    const wrongArguments = error instanceof WrongUsage || codeOf(error).startsWith('ERR_PARSE_ARGS');
    shell.warn(wrongArguments ? `${(error as Error).message}\n${usage}` : explain(error));
    return wrongArguments ? 2 : 1;
  }
}

/** The variables of a command. Without DATABASE_URL, those of the running local instance are added. */
export function commandEnvironment(shell: Pick<Shell, 'variables'>): NodeJS.ProcessEnv {
  const variables = withLocalInstance(shell.variables);
  if (variables.DATABASE_URL) return variables;
  throw new Error('No database. Set DATABASE_URL, or start Lastday with `npm start` and try again.');
}

/** Runs `work` with a connection as the application's role, and closes it afterwards. */
export async function withDatabase<T>(
  shell: Pick<Shell, 'variables'>,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await connect(readDatabaseUrls(commandEnvironment(shell)).databaseUrl);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function explain(error: unknown): string {
  const { message } = error as Error;
  if (isUnreachable(error)) return `PostgreSQL can't be reached (${codeOf(error)}). Is it running?`;
  if (isMissingSchema(error)) return `${message}: run \`npm run migrate\` first.`;
  return message;
}
