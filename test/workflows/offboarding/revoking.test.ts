import { describe, expect, test } from 'vitest';
import type { Actor } from '../../../domain/actor.ts';
import { revokeSeat } from '../../../engine/contract.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { asIvo, ownLeavers } from './setting.ts';

const { relay, ask, database, untilShown, auditCount } = await ownLeavers();

describe('revoking a seat', () => {
  test('revokes it once, and the workflow knows at once', async () => {
    const cast = await makeCast(database);
    await relay();
    const request = { ...asIvo(cast), seatId: cast.seatId };
    expect(await ask(revokeSeat, cast.offboardingId, request)).toEqual({ outcome: 'revoked' });
    await untilShown(cast.offboardingId, { seats: 0 });
    expect(await ask(revokeSeat, cast.offboardingId, request)).toEqual({ outcome: 'already-revoked' });
    expect(await auditCount('seat.revoked', [cast.lena.id])).toBe(1);
  });

  test('does not revoke the seat of another person', async () => {
    const [lenas, others] = [await makeCast(database), await makeCast(database)];
    const request = { ...asIvo(lenas), seatId: others.seatId };
    expect(await ask(revokeSeat, lenas.offboardingId, request)).toEqual({ outcome: 'not-theirs' });
    expect(await auditCount('seat.revoked', [others.lena.id])).toBe(0);
  });

  test('is refused when the request is invalid or older than a minute', async () => {
    const cast = await makeCast(database);
    await relay();
    const request = { ...asIvo(cast), seatId: cast.seatId };
    const refusals = [
      { ...request, requestedAt: Date.now() - 61_000 },
      { ...request, seatId: -1 },
      { ...request, seatId: 'all' as unknown as number },
      { ...request, actor: 'root' as unknown as Actor },
      { ...request, requestedAt: Number.NaN },
      { ...request, requestedAt: Date.now() + 60_000 },
    ].map((nonsense) =>
      ask(revokeSeat, cast.offboardingId, nonsense).then(String, (error) => error.cause.type),
    );
    const [late, ...others] = await Promise.all(refusals);
    expect(late).toBe('RequestExpired');
    expect(others).toEqual(Array(5).fill('Malformed'));
    expect(await auditCount('seat.revoked', [cast.lena.id])).toBe(0);
    // Clocks may differ a little.
    const early = { ...request, requestedAt: Date.now() + 20_000 };
    expect(await ask(revokeSeat, cast.offboardingId, early)).toEqual({ outcome: 'revoked' });
  });
});
