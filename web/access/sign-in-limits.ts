import ipaddr from 'ipaddr.js';
import type pg from 'pg';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { sha256 } from '../../database/core/hash.ts';
import type { Database } from '../../database/core/orm.ts';
import { InvalidInput } from '../../domain/failures.ts';

/** Too many failed attempts; the message is shown beside a field. */
export class TooManyTries extends InvalidInput {
  override name = 'TooManyTries';
  readonly status = 429;
}

/** In seconds. */
const quarterHour = 15 * 60;

/**
 * Limits failed sign-ins within a quarter of an hour: 5 for an account from one address, 30 from one address, and 50
 * for an account from anywhere. Codes and passkeys have counts of their own, which a right password does not reset. The web
 * processes share the counts; while the database is unavailable each counts in
 * its memory.
 */
export async function signInLimits(database: Database, of: 'sign-in' | 'code' | 'passkey' = 'sign-in') {
  const storeClient = (await database.em.getConnection().getNativeClient()) as pg.Pool;
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterPostgres({
      storeClient,
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
      keyPrefix,
      points,
      duration: quarterHour,
      insuranceLimiter: new RateLimiterMemory({ points, duration: quarterHour }),
    });
  const perAccountAndAddress = limiter(`${of}-both`, 5);
  const perAddress = limiter(`${of}-address`, 30);
  const perAccount = limiter(`${of}-account`, 50);

  /** The keys that an attempt is counted under. They are hashes, so that the table holds no emails or IP addresses. */
  async function keysOf(address: string, email: string) {
    // PostgreSQL folds the address as it does at sign-in, so that every spelling of an account has the same count.
    const { rows } = await storeClient.query<{ account: string }>('select folded($1) as account', [email]);
    const account = rows[0]!.account;
    const network = networkOf(address);
    return {
      network: sha256(network),
      account: sha256(account),
      both: sha256(`${account} ${network}`),
    };
  }

  return {
    /** Counts an attempt. Returns the seconds to wait after too many, else 0. */
    async count(address: string, email: string): Promise<number> {
      const { network, account, both } = await keysOf(address, email);
      try {
        await perAddress.consume(network);
        await perAccount.consume(account);
        await perAccountAndAddress.consume(both);
        return 0;
      } catch (error) {
        if (error instanceof RateLimiterRes) return Math.ceil(error.msBeforeNext / 1000);
        throw error;
      }
    },
    /** Uncounts a successful attempt, and resets the count of this account from this address. */
    async forget(address: string, email: string): Promise<void> {
      const { network, account, both } = await keysOf(address, email);
      await perAddress.reward(network);
      await perAccount.reward(account);
      await perAccountAndAddress.delete(both);
    },
  };
}

/** The first 64 bits of an IPv6 address, because a client usually has a whole /64; an IPv4 address as it is. */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
