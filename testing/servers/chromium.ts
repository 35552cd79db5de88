import { existsSync } from 'node:fs';

/**
 * The program of a Chromium: the one that `CHROMIUM_PATH` names, else the system's, else the one that comes as a
 * package, which is unpacked to a place that all processes of this machine share.
 */
export async function chromiumPath(): Promise<string> {
  const known = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find((path) => path && existsSync(path));
  if (known) return known;
  // The package unpacks the libraries that its Chromium needs only where it believes to be such a runtime.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x';
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath();
}

/** Before all tests: files that run side by side would start a program that another one is still unpacking. */
export default async function unpackOnce(): Promise<void> {
  await chromiumPath();
}
