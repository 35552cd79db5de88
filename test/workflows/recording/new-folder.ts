import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where this run keeps what it records. */
    historiesFolder: string;
  }
}

/**
 * Makes a folder for what is recorded today. What was recorded before stays for ever: a leaver's process lives for
 * months, and must be understood by later workflows.
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
