import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const OTHERS_READ = 0o4;
const OTHERS_ENTER = 0o1;

/** Whether users who neither own a folder nor belong to its group can reach what is in it. */
export function canOthersEnter(folder: string): boolean {
  if (!(statSync(folder).mode & OTHERS_ENTER)) return false;
  const above = dirname(folder);
  return above === folder || canOthersEnter(above);
}

/** Whether such users can read this one file, given that they can reach it. */
export function canOthersRead(file: string): boolean {
  return Boolean(statSync(file).mode & OTHERS_READ);
}

/** Lets everybody read, enter and run what the owner can, in the whole tree. */
export function letOthersRead(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  const ownersReadAndEnter = stat.mode & 0o500;
  chmodSync(path, stat.mode | (ownersReadAndEnter >> 3) | (ownersReadAndEnter >> 6));
  if (stat.isDirectory()) for (const name of readdirSync(path)) letOthersRead(join(path, name));
}

/** Makes a folder, and those above it that are missing, so that everybody can enter, whatever the umask. */
export function makeEnterable(folder: string): void {
  if (existsSync(folder)) return;
  makeEnterable(dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}
