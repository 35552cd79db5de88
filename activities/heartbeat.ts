import { Context } from '@temporalio/activity';

/** Sends Temporal a heartbeat every second while `work` runs. */
export async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  const { heartbeat } = Context.current();
  const timer = setInterval(() => heartbeat(), 1_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
