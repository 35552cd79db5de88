import { describe, expect, it } from 'vitest';
import type { Actor } from '../../../domain/actor.ts';
import { revokeSeat } from '../../../engine/contract.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { asIvo, ownLeavers } from './setting.ts';

const { relay, ask, database, untilShown, auditCount } = await ownLeavers();

describe('revoking a seat', () => {
  it('takes it back once, and the workflow knows at once', async () => {
    const cast = await makeCast(database);
    await relay();
    const wish = { ...asIvo(cast), seatId: cast.seatId };
    expect(await ask(revokeSeat, cast.offboardingId, wish)).toEqual({ outcome: 'revoked' });
    await untilShown(cast.offboardingId, { seats: 0 });
    expect(await ask(revokeSeat, cast.offboardingId, wish)).toEqual({ outcome: 'already-revoked' });
    expect(await auditCount('seat.revoked', [cast.lena.id])).toBe(1);
  });

  it('leaves the seat of somebody else alone', async () => {
    const [lenas, others] = [await makeCast(database), await makeCast(database)];
    const wish = { ...asIvo(lenas), seatId: others.seatId };
    expect(await ask(revokeSeat, lenas.offboardingId, wish)).toEqual({ outcome: 'not-theirs' });
    expect(await auditCount('seat.revoked', [others.lena.id])).toBe(0);
  });

  it('is not done for somebody who asked more than a minute ago, or who asks for nonsense', async () => {
    const cast = await makeCast(database);
    await relay();
    const wish = { ...asIvo(cast), seatId: cast.seatId };
    const refusals = [
      { ...wish, requestedAt: Date.now() - 61_000 },
      { ...wish, seatId: -1 },
      { ...wish, seatId: 'all' as unknown as number },
      { ...wish, actor: 'root' as unknown as Actor },
      { ...wish, requestedAt: Number.NaN },
      { ...wish, requestedAt: Date.now() + 60_000 },
    ].map((nonsense) =>
      ask(revokeSeat, cast.offboardingId, nonsense).then(String, (error) => error.cause.type),
    );
    const [late, ...others] = await Promise.all(refusals);
    expect(late).toBe('RequestExpired');
    expect(others).toEqual(Array(5).fill('Malformed'));
    expect(await auditCount('seat.revoked', [cast.lena.id])).toBe(0);
    // Clocks differ a little.
    const early = { ...wish, requestedAt: Date.now() + 20_000 };
    expect(await ask(revokeSeat, cast.offboardingId, early)).toEqual({ outcome: 'revoked' });
  });
});
