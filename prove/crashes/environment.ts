import { subscribe } from '../../testing/cast/webhooks.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { startMailServer } from '../../testing/outside/smtp.ts';
import { type Machine, startMachine } from '../machine/machine.ts';
import type { OutsideEvidence } from './completions.ts';
import { importToken } from './imports.ts';

/** A machine with a webhook receiver and a mail server outside it. */
export interface Environment {
  machine: Machine;
  /** An API token for imports. */
  token: string;
  outside: OutsideEvidence;
}

/** Starts the environment; it stops after the file's last test. */
export async function startEnvironment(): Promise<Environment> {
  const { url, received } = await startReceiver();
  const mailServer = await startMailServer();
  const machine = await startMachine({ SMTP_URL: mailServer.url, PUBLIC_URL: 'http://127.0.0.1' });
  await machine.untilHealthy();
  await subscribe(machine.database, url, ['offboarding.started', 'user.offboarded']);
  return { machine, token: await importToken(machine), outside: { received, taken: mailServer.taken } };
}
