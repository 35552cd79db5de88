import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '../database/orm.ts';
import { createToken } from '../database/tokens.ts';
import { addDays, todayIn } from '../domain/dates.ts';
import type { bareEngine } from './bare.ts';
import { throughputOf } from './clock.ts';
import type { Place } from './place.ts';
import type { Row } from './report.ts';

const calls = 300;
const width = 20;

/**
 * End dates set by an HR system, from the first call until the last workflow knows, beside bare
 * signalWithStart calls on the same server.
 */
export async function measureCalls(
  place: Place,
  engine: Awaited<ReturnType<typeof bareEngine>>,
): Promise<Row[]> {
  const database = await connect(place.databaseUrl);
  const { value } = await createToken(database.em, 'system', {
    name: `bench ${randomUUID()}`,
    scopes: ['users:write'],
  });
  const people: { external_id: string }[] = await database.em.execute(
    `select external_id from users where end_date is null and status = 'active' and external_id is not null
     order by id desc limit ${calls}`,
  );
  const endDate = addDays(todayIn('UTC', new Date()), 40);
  const patch = async (i: number) => {
    const response = await fetch(
      `${place.address}/api/v1/users/${encodeURIComponent(people[i]!.external_id)}`,
      {
        method: 'PATCH',
        headers: { Authorization: `Bearer ${value}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ endDate }),
      },
    );
    if (response.status !== 200)
      throw new Error(`The API answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  };
  const allAreTold = async () => {
    while ((await database.em.execute('select 1 from outbox where sent_at is null limit 1')).length > 0)
      await pause(20);
  };
  await allAreTold();
  const run = randomUUID();
  const bare = await throughputOf(calls, width, (i) => engine.signalWithStart(`bare-${run}-${i}`));
  const ours = await throughputOf(calls, width, patch, allAreTold);
  await database.close();
  return [
    {
      what: `${calls} end dates by HR, from call to workflow`,
      ours,
      limit: bare,
      limitIs: 'bare signalWithStart',
      atLeast: 0.8,
    },
  ];
}
