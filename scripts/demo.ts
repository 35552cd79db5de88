import { runCommand, withDatabase } from './command.ts';
import { fillDemo } from './demo/fill.ts';

// Fills a database that has no users with a demo workspace. `npm start` runs it; LASTDAY_DEMO=off keeps it from that.

process.exitCode = await runCommand({
  usage: 'Usage: node scripts/demo.ts',
  async run(shell) {
    const people = await withDatabase(shell, (database) => fillDemo(database));
    shell.print(
      people === null
        ? 'The database is not empty: it stays as it is'
        : `Filled in a demo workspace of ${people} people`,
    );
  },
});
