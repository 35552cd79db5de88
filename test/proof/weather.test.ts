import { expect, it } from 'vitest';
import { importToken } from '../../prove/crashes/imports.ts';
import { workInBadWeather } from '../../prove/crashes/rounds.ts';
import { troubleNames } from '../../prove/crashes/weather.ts';
import { startMachine } from '../../prove/machine/machine.ts';
import { randomFrom } from '../../prove/random.ts';
import { seed } from '../../prove/seed.ts';
import { once } from '../support/once.ts';
import { startReceiver } from '../support/receiver.ts';
import { startMailServer } from '../support/smtp.ts';
import { subscribe } from '../support/webhooks.ts';

// The short form of what `npm run prove` does round after round.
const receiver = await startReceiver();
const mailServer = await startMailServer();
const machine = await startMachine({ SMTP_URL: mailServer.url, PUBLIC_URL: 'http://127.0.0.1' });
await machine.untilHealthy();
await subscribe(machine.database, receiver.url, ['offboarding.started', 'user.offboarded']);

it('four completions and an import over lines that delay, break and go dark are done once', {
  ...once,
  timeout: 180_000,
}, async () => {
  const outside = { received: receiver.received, taken: mailServer.taken };
  const place = { machine, token: await importToken(machine), outside };
  const done = { casts: [], files: [] };
  const { problems, weather } = await workInBadWeather(place, randomFrom(seed).named('short'), done);
  expect(problems).toEqual([]);
  const disturbed = troubleNames.reduce((sum, trouble) => sum + weather[trouble], 0);
  expect(disturbed).toBeGreaterThan(3);
});
