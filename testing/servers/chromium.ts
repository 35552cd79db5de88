import { existsSync } from 'node:fs';

/**
 * The path of Chromium: `CHROMIUM_PATH`, else the system's, else the one of the npm package, which is unpacked once
 * for all processes of this machine.
 */
export async function chromiumPath(): Promise<string> {
  const known = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find((path) => path && existsSync(path));
  if (known) return known;
  // The package unpacks the libraries of its Chromium only when it detects this runtime.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x';
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath();
}

/** Unpacks before all tests, because parallel files would start a program that another one is still unpacking. */
export default async function unpackOnce(): Promise<void> {
  await chromiumPath();
}
