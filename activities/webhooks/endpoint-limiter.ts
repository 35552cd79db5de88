/** Limits how many attempts run at the same time for each endpoint of this worker. */
export interface EndpointLimiter {
  /** Takes a slot until `release` is called. Without a free slot it returns when to retry, in milliseconds. */
  acquire(endpointId: number): { release: () => void } | { retryAfterMs: number };
}

const minRetryAfterMs = 500;
const maxRetryAfterMs = 60_000;

interface Usage {
  /** Each running attempt with its start, in epoch milliseconds. */
  running: Set<{ startedAt: number }>;
  /** How long the last finished attempt took. */
  lastDurationMs: number;
  /** When the last refused attempt is due to retry, in epoch milliseconds. */
  lastRetryAt: number;
}

/**
 * `slots` attempts at a time for each endpoint. Refused attempts retry one after the other, as slots become free,
 * because a thousand deliveries to a hanging endpoint must not retry a thousand times a second.
 */
export function endpointLimiter(slots: number, now = Date.now): EndpointLimiter {
  const usageOf = new Map<number, Usage>();

  function start(endpointId: number, usage: Usage) {
    const attempt = { startedAt: now() };
    usage.running.add(attempt);
    return {
      release() {
        usage.running.delete(attempt);
        usage.lastDurationMs = now() - attempt.startedAt;
        if (usage.running.size === 0) usageOf.delete(endpointId);
      },
    };
  }

  function retryDelayMs({ running, lastDurationMs, lastRetryAt }: Usage, at: number) {
    const oldest = Math.min(...[...running].map(({ startedAt }) => startedAt));
    const msPerSlot = Math.max(lastDurationMs, at - oldest) / slots;
    return Math.min(Math.max(lastRetryAt - at, 0) + msPerSlot, maxRetryAfterMs);
  }

  return {
    acquire(endpointId) {
      const usage = usageOf.get(endpointId) ?? { running: new Set(), lastDurationMs: 0, lastRetryAt: 0 };
      usageOf.set(endpointId, usage);
      if (usage.running.size < slots) return start(endpointId, usage);
      const at = now();
      const delayMs = retryDelayMs(usage, at);
      usage.lastRetryAt = at + delayMs;
      return { retryAfterMs: Math.max(delayMs, minRetryAfterMs) };
    },
  };
}
