import { condition, defineSignal, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow';

/** An activity that does nothing, and one that runs a transaction. */
export interface BareActivities {
  nothing(): Promise<string>;
  transact(): Promise<string>;
}

const { nothing, transact } = proxyActivities<BareActivities>({ startToCloseTimeout: '10s' });

export const ask = defineUpdate<string>('ask');
export const askToTransact = defineUpdate<string>('askToTransact');
export const tell = defineSignal<[number[]]>('tell');

/** The smallest workflow that answers an Update with one activity and takes a signal. It measures Temporal alone. */
export async function bare(): Promise<void> {
  let ended = false;
  setHandler(ask, async () => nothing());
  setHandler(askToTransact, async () => transact());
  setHandler(tell, (ids) => {
    ended = ids.length > 1_000;
  });
  await condition(() => ended);
}
