import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, inject } from 'vitest';
import { freePort } from '../../scripts/local/ports.ts';
import type { ProcessOptions } from '../../web/process.ts';
import { castPassword } from '../cast/cast.ts';
import { testKey } from '../cast/engine.ts';
import { Browserlike } from '../web/web.ts';
import type { OwnDatabase } from './database.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The web process, started as in production. */
export interface WebProcess {
  child: ChildProcess;
  address: string;
  port: number;
  /** Its log lines so far. */
  lines: string[];
  stranger(): Browserlike;
  /** Signs in through the form. */
  signIn(email: string): Promise<Browserlike>;
}

/**
 * Starts a web process for a file's database and namespace, and waits until it listens. It stops after the file's last
 * test. With `options` it runs `web-main.ts`, because `web/main.ts` takes none.
 */
export async function startWebProcess(
  { url }: Pick<OwnDatabase, 'url'>,
  namespace: string,
  variables: Record<string, string> = {},
  options?: ProcessOptions,
): Promise<WebProcess> {
  const port = variables.PORT === undefined ? await freePort() : Number(variables.PORT);
  const program =
    options === undefined ? ['web/main.ts'] : ['testing/servers/web-main.ts', JSON.stringify(options)];
  const child = spawn(process.execPath, program, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      PORT: String(port),
      DATABASE_URL: url,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: namespace,
      SECRET_KEY: testKey,
      LOG_LEVEL: 'info',
      ...variables,
    },
  });
  afterAll(() => end(child));
  const output = createInterface(child.stdout!);
  const lines: string[] = [];
  output.on('line', (line) => lines.push(line));
  await Promise.race([
    once(output, 'line'),
    once(child, 'exit').then(() => {
      throw new Error('The web process did not start: see above.');
    }),
  ]);
  while (!lines.some((line) => line.includes('The web process is listening'))) await once(output, 'line');
  const address = `http://127.0.0.1:${port}`;
  const stranger = () => new Browserlike(address);
  return {
    child,
    address,
    port,
    lines,
    stranger,
    async signIn(email) {
      const browser = stranger();
      const answer = await browser.post('/session', { email, password: castPassword });
      if (answer.status !== 303) throw new Error(`${email} could not sign in: ${answer.status}`);
      return browser;
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
