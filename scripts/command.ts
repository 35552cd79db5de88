import { readDatabaseUrls } from '../config/environment.ts';
import { withLocalMachine } from '../config/local-machine.ts';
import { connect, type Database } from '../database/orm.ts';
import { codeOf, isMissingTable, isUnreachable } from '../database/postgres-errors.ts';

/** What was asked for on the command line makes no sense; the usage is shown with it. */
export class WrongUsage extends Error {}

/**
 * Runs a command to its end. What goes wrong is said in one line on stderr: with the usage and exit code 2 when the
 * arguments are wrong, else with exit code 1.
 */
export async function runCommand(usage: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const wrongArguments = error instanceof WrongUsage || codeOf(error).startsWith('ERR_PARSE_ARGS');
    console.error(wrongArguments ? `${(error as Error).message}\n${usage}` : explain(error));
    process.exitCode = wrongArguments ? 2 : 1;
  }
}

/** The variables a command goes by: its own and, without DATABASE_URL, those of the Lastday that runs beside. */
export function commandEnvironment(): NodeJS.ProcessEnv {
  const variables = withLocalMachine();
  if (variables.DATABASE_URL) return variables;
  throw new Error('Which database? Set DATABASE_URL, or start Lastday with `npm start` and try again.');
}

/** Does something with the database, as the application's role. */
export async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = await connect(readDatabaseUrls(commandEnvironment()).databaseUrl);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function explain(error: unknown): string {
  const { message } = error as Error;
  if (isUnreachable(error)) return `PostgreSQL cannot be reached (${codeOf(error)}). Is it running?`;
  if (isMissingTable(error)) return `${message}: run \`npm run migrate\` first.`;
  return message;
}
