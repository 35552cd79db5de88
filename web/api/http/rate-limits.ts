import type { RequestHandler } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { tokenOf } from './authentication.ts';
import { ApiProblem } from './problems.ts';

/** In seconds. */
const windowLength = 60;

/**
 * Limits the calls of a token per minute and sends the RateLimit headers. The counts are in this process's memory,
 * because a database write for every call would cost too much; so each web process allows `callsPerMinute`.
 * Throws a 429.
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
      detail: `This token made too many calls. Try again in ${seconds} s.`,
      'violated-policies': ['default'],
    },
    { 'Retry-After': String(seconds) },
  );
