import { runCommand, withDatabase } from './command.ts';
import { fillDemo } from './demo/fill.ts';

// Fills a database that has no users with a demo workspace. `npm start` runs it; LASTDAY_DEMO=off keeps it from that.

await runCommand('Usage: node scripts/demo.ts', async () => {
  const people = await withDatabase((database) => fillDemo(database));
  console.log(
    people === null
      ? 'The database is not empty: it stays as it is'
      : `Filled in a demo workspace of ${people} people`,
  );
});
