/** Adds a line to the running account of a proof. */
export function tell(line: string): void {
  process.stdout.write(`    ${line}\n`);
}
