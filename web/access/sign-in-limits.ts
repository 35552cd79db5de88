import ipaddr from 'ipaddr.js';
import type pg from 'pg';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { sha256 } from '../../database/core/hash.ts';
import type { Database } from '../../database/core/orm.ts';
import { InvalidInput } from '../../domain/failures.ts';

/** Too many failed tries, with the message for the field to show it beside. */
export class TooManyTries extends InvalidInput {
  override name = 'TooManyTries';
  readonly status = 429;
}

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

  /** The keys that a try counts under. In hashes: they have one length, and the table holds no addresses. */
  async function keysOf(address: string, email: string) {
    // Spelled by the database as it compares them: else an account had as many counts as it has spellings.
    const { rows } = await storeClient.query<{ account: string }>('select lower($1) as account', [email]);
    const account = rows[0]!.account;
    const network = networkOf(address);
    return {
      network: sha256(network),
      account: sha256(account),
      both: sha256(`${account} ${network}`),
    };
  }

  return {
    /** Counts a try. Returns the seconds to wait when there were too many, else 0. */
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
    /** A success was no failure: it counts nowhere, and forgets those of this account from this address. */
    async forget(address: string, email: string): Promise<void> {
      const { network, account, both } = await keysOf(address, email);
      await perAddress.reward(network);
      await perAccount.reward(account);
      await perAccountAndAddress.delete(both);
    },
  };
}

/** Of an IPv6 address its first half: whoever has one of a network has all of them. */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
