import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder for the histories of this run. */
    historiesFolder: string;
  }
}

/**
 * Creates a folder for today's histories. Older folders stay, because later workflows must replay the workflows of
 * leavers that run for months.
 */
export default function newFolder(project: TestProject): void {
  const today = new Date().toISOString().slice(0, 10);
  let folder = folderNamed(today);
  for (let number = 2; existsSync(folder); number++) folder = folderNamed(`${today}-${number}`);
  mkdirSync(folder, { recursive: true });
  project.provide('historiesFolder', folder);
  console.log(`Recording into ${folder}`);
}

const folderNamed = (name: string) => fileURLToPath(new URL(`../histories/${name}/`, import.meta.url));
