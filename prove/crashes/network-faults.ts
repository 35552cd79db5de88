import { setTimeout as pause } from 'node:timers/promises';
import type { Machine, ProxyName } from '../machine/machine.ts';
import type { Random } from '../random.ts';

const names: ProxyName[] = ['web to postgres', 'worker to postgres', 'web to temporal', 'worker to temporal'];

/** How often each fault is chosen: data is delayed, connections are reset, or nothing gets through for up to 2 s. */
const faultWeights = { delayed: 4, reset: 4, blackholed: 2 };

export const faultNames = Object.keys(faultWeights) as (keyof typeof faultWeights)[];

/** How often each fault hit a proxy with open connections. */
export type NetworkFaults = Record<keyof typeof faultWeights, number>;

/** Injects random faults into every proxy while the work runs, and ends them afterwards. Also returns their counts. */
export async function withNetworkFaults<T>(
  { proxies }: Machine,
  random: Random,
  work: () => Promise<T>,
): Promise<{ result: T; counts: NetworkFaults }> {
  const counts: NetworkFaults = { delayed: 0, reset: 0, blackholed: 0 };
  let isOver = false;
  const loops = names.map(async (name) => {
    const proxy = proxies[name];
    const chance = random.named(name);
    while (!isOver) {
      const fault = chance.weighted(faultWeights);
      if (proxy.connectionCount() > 0) counts[fault]++;
      if (fault === 'reset') proxy.reset();
      if (fault === 'delayed') proxy.faults.delayMs = 10 + chance.below(150);
      if (fault === 'blackholed') proxy.faults.isBlackholed = true;
      await pause(200 + chance.below(1_800));
      Object.assign(proxy.faults, { delayMs: 0, isBlackholed: false });
      await pause(chance.below(1_500));
    }
  });
  try {
    return { result: await work(), counts };
  } finally {
    isOver = true;
    await Promise.all(loops);
  }
}
