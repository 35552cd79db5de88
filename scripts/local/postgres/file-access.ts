import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const othersReadBit = 0o4;
const othersEnterBit = 0o1;

/** Whether other users (not the owner, not its group) can enter a folder and all folders above it. */
export function canOthersEnter(folder: string): boolean {
  if (!(statSync(folder).mode & othersEnterBit)) return false;
  const above = dirname(folder);
  return above === folder || canOthersEnter(above);
}

/** Whether other users can read this file, provided that they can enter its folder. */
export function canOthersRead(file: string): boolean {
  return Boolean(statSync(file).mode & othersReadBit);
}

/** Gives all users the owner's rights to read, enter and run, in the whole tree. */
export function letOthersRead(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  const ownersReadAndEnter = stat.mode & 0o500;
  chmodSync(path, stat.mode | (ownersReadAndEnter >> 3) | (ownersReadAndEnter >> 6));
  if (stat.isDirectory()) for (const name of readdirSync(path)) letOthersRead(join(path, name));
}

/** Creates a folder and its missing parents so that all users can enter, regardless of the umask. */
export function makeEnterable(folder: string): void {
  if (existsSync(folder)) return;
  makeEnterable(dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}
