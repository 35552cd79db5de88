import { globSync } from 'node:fs';

// `npm run check:folders`: refuses a folder with more code files than a reader can look through at a glance.

const most = 25;

const files = globSync('**/*.{ts,mjs,js,eta}', { exclude: ['node_modules', '.*', 'database/migrations'] });
const folders = Map.groupBy(files, (file) => file.split('/').slice(0, -1).join('/'));
const crowded = [...folders].filter(([, inside]) => inside.length > most);
for (const [folder, inside] of crowded)
  console.error(`${folder}/ has ${inside.length} code files; at most ${most} are allowed. Split it by noun.`);
if (crowded.length > 0) process.exit(1);
