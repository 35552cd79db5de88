import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleWorkflows } from '../worker/workers.ts';
import { runCommand, WrongUsage } from './command.ts';

// `npm run bundle -- FILE`: bundles the workflows, so that `npm run worker -- FILE` need not bundle at its start.

process.exitCode = await runCommand({
  usage: 'Usage: npm run bundle -- FILE',
  async run(shell) {
    const { positionals } = parseArgs({ args: shell.args, allowPositionals: true });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new WrongUsage('Give one file.');
    const { code } = await bundleWorkflows();
    writeFileSync(file, code);
    shell.print(`Bundled the workflows into ${file}. Run them with: npm run worker -- ${file}`);
  },
});
