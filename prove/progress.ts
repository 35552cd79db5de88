export function logProgress(line: string): void {
  process.stdout.write(`    ${line}\n`);
}
