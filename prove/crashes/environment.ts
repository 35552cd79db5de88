import { subscribe } from '../../testing/cast/webhooks.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { startMailServer } from '../../testing/outside/smtp.ts';
import { type Machine, startMachine } from '../machine/machine.ts';
import type { Outside } from './completions.ts';
import { importToken } from './imports.ts';

/** Where people are completed and files are imported, whatever happens to it. */
export interface Place {
  machine: Machine;
  /** For imports. */
  token: string;
  outside: Outside;
}

/** Starts a machine with a receiver of webhooks and a mail server beside it; all of it ends with the proof's file. */
export async function startPlace(): Promise<Place> {
  const { url, received } = await startReceiver();
  const mailServer = await startMailServer();
  const machine = await startMachine({ SMTP_URL: mailServer.url, PUBLIC_URL: 'http://127.0.0.1' });
  await machine.untilHealthy();
  await subscribe(machine.database, url, ['offboarding.started', 'user.offboarded']);
  return { machine, token: await importToken(machine), outside: { received, taken: mailServer.taken } };
}
