import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Plain JavaScript for Node 18 and later, because it runs before any package is installed.

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const modules = join(checkout, 'node_modules');

/** The Node on which Lastday runs; it is one of the packages. */
export const ownNode = join(modules, 'node', 'bin', 'node');

/**
 * Installs the packages of package-lock.json unless they are installed, and shows the progress. Exits with a message
 * when the machine does not meet the requirements.
 *
 * @param {{ development: boolean }} wanted whether to install the packages for tests and checks too
 */
export async function installPackages({ development }) {
  if (process.platform === 'win32') fail('Lastday runs on Linux and macOS. On Windows, use it inside WSL.');
  if (Number(process.versions.node.split('.')[0]) < 18) {
    fail(`Node ${process.versions.node} is too old. Lastday needs Node 18 or later.`);
  }
  if (isInstalled(development)) return;
  await npmCi();
  if (!isInstalled(development)) {
    fail('npm ci skipped some packages. Unset the npm options `omit` and `ignore-scripts`, and start again.');
  }
}

/** npm writes its own list last, so a matching list means that an installation was finished. */
function isInstalled(development) {
  if (!existsSync(ownNode)) return false;
  try {
    const installed = packagesOf(join(modules, '.package-lock.json'));
    return Object.entries(packagesOf(join(checkout, 'package-lock.json'))).every(
      ([path, { version, optional, dev }]) =>
        path === '' || optional || (dev && !development) || installed[path]?.version === version,
    );
  } catch {
    return false;
  }
}

const packagesOf = (lockFile) => JSON.parse(readFileSync(lockFile, 'utf8')).packages;

async function npmCi() {
  console.log('Installing packages (about 1 minute and 1 GB, only the first time)');
  const progress = showProgress();
  const { code, output } = await run('npm', [
    'ci',
    '--include=dev',
    '--no-progress',
    '--no-fund',
    '--no-audit',
  ]);
  progress.end();
  if (code === 'ENOENT')
    fail('npm was not found. It comes with Node: install both (Debian: apt-get install nodejs npm).');
  if (code !== 0) fail(`npm ci failed:\n${output.trimEnd()}`);
}

function run(command, args) {
  return new Promise((resolve) => {
    // Leave the checkout's programs out of PATH, because npm ci removes them while it runs.
    const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(modules));
    const child = spawn(command, args, {
      cwd: checkout,
      env: { ...process.env, PATH: path.join(delimiter) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const endToo = () => {
      child.kill();
      process.exit(1);
    };
    process.once('SIGTERM', endToo);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.once('error', (error) => resolve({ code: error.code, output }));
    child.once('close', (code) => {
      process.off('SIGTERM', endToo);
      resolve({ code, output });
    });
  });
}

function showProgress() {
  const total = Object.entries(packagesOf(join(checkout, 'package-lock.json'))).filter(
    ([path, { optional }]) => path.lastIndexOf('node_modules/') === 0 && !optional,
  ).length;
  const began = Date.now();
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000);
    console.log(`  ${seconds} s, ${Math.min(countInstalled(), total)} of about ${total} packages`);
  }, 5000);
  return {
    end: () => {
      clearInterval(timer);
      console.log(`  done in ${Math.round((Date.now() - began) / 1000)} s`);
    },
  };
}

/** Counts the folders with a package.json, because npm creates all folders first and then fills them. */
function countInstalled() {
  if (!existsSync(modules)) return 0;
  const folders = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => join(name, inner)) : [name],
  );
  return folders.filter((folder) => existsSync(join(modules, folder, 'package.json'))).length;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
