import type { RequestHandler } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { tokenOf } from './authentication.ts';
import { ApiProblem } from './problems.ts';

/** In seconds. */
const windowLength = 60;

/**
 * Lets a token make so many calls a minute, and says after each one how many are left. Counted in the memory of
 * this process: a limit against loops gone wild must not cost every call a write; several web processes let
 * through that much each.
 */
export function limitRate(callsPerMinute: number): RequestHandler {
  const limiter = new RateLimiterMemory({ points: callsPerMinute, duration: windowLength });
  return async (_request, response, next) => {
    const { left, seconds, isOver } = await count(limiter, tokenOf(response).id);
    response.set('RateLimit-Policy', `"default";q=${callsPerMinute};w=${windowLength}`);
    response.set('RateLimit', `"default";r=${left};t=${seconds}`);
    if (isOver) throw quotaExceeded(seconds);
    next();
  };
}

async function count(limiter: RateLimiterMemory, tokenId: number) {
  try {
    return { ...readable(await limiter.consume(tokenId)), isOver: false };
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    return { ...readable(refused), isOver: true };
  }
}

const readable = ({ remainingPoints, msBeforeNext }: RateLimiterRes) => ({
  left: remainingPoints,
  seconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
});

const quotaExceeded = (seconds: number) =>
  new ApiProblem(
    {
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      status: 429,
      code: 'quota-exceeded',
      title: 'Too many calls',
      detail: `This token has made too many calls. Go on in ${seconds} s.`,
      'violated-policies': ['default'],
    },
    { 'Retry-After': String(seconds) },
  );
