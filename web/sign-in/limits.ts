import type pg from 'pg';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../../database/orm.ts';

const quarterHour = 15 * 60;

/**
 * How often somebody may fail to sign in: five times for one account from one address, thirty times from
 * one address, and fifty times for one account from anywhere, each within a quarter of an hour. Counts
 * are shared by all web processes; while the database is away each counts for itself.
 */
export async function signInLimits(database: Database) {
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
  const perAccountAndAddress = limiter('sign-in-both', 5);
  const perAddress = limiter('sign-in-address', 30);
  const perAccount = limiter('sign-in-account', 50);

  return {
    /** Counts a try. Returns the seconds to wait when there were too many, else 0. */
    async count(address: string, email: string): Promise<number> {
      const account = email.toLowerCase();
      try {
        await perAddress.consume(address);
        await perAccount.consume(account);
        await perAccountAndAddress.consume(`${account} ${address}`);
        return 0;
      } catch (error) {
        if (error instanceof RateLimiterRes) return Math.ceil(error.msBeforeNext / 1000);
        throw error;
      }
    },
    /** A success was no failure: it counts nowhere, and forgets those of this account from this address. */
    async forget(address: string, email: string): Promise<void> {
      const account = email.toLowerCase();
      await perAddress.reward(address);
      await perAccount.reward(account);
      await perAccountAndAddress.delete(`${account} ${address}`);
    },
  };
}
