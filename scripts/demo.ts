import { runCommand, withDatabase } from './command.ts';
import { fillDemo } from './demo/fill.ts';

// Fills a database without users with a demo workspace. `npm start` runs it unless LASTDAY_DEMO=off.

process.exitCode = await runCommand({
  usage: 'Usage: node scripts/demo.ts',
  async run(shell) {
    const people = await withDatabase(shell, (database) => fillDemo(database));
    shell.print(
      people === null
        ? "The database isn't empty, so no demo data was added"
        : `Created a demo workspace with ${people} people`,
    );
  },
});
