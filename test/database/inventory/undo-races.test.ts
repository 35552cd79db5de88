import { expect, inject, test } from 'vitest';
import { openCountsOf } from '../../../database/core/checklist-sql.ts';
import { undoRecovery } from '../../../database/inventory/corrections.ts';
import { undoResolution } from '../../../database/inventory/undo-resolution.ts';
import { undoRevocation } from '../../../database/inventory/undo-revocation.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { complete } from '../offboarding/completing.ts';

const { database } = await ownDatabase();
const { em } = database;

const undos: [string, (cast: Cast) => Promise<unknown>][] = [
  ['a revocation', ({ ivo, seatId }) => undoRevocation(em, `user:${ivo.id}`, seatId, 'undo')],
  ['a resolution', ({ ivo, requestId }) => undoResolution(em, `user:${ivo.id}`, requestId, 'undo')],
  [
    'a recovery',
    ({ ivo, laptop }) => undoRecovery(em, `user:${ivo.id}`, laptop.id, laptop.assignmentId, 'undo'),
  ],
];

test.each(undos)('of undoing %s and a concurrent completion exactly one wins', async (_what, undo) => {
  const rounds = inject('long') ? 50 : 6;
  const won = { undo: 0, completion: 0 };
  // Both must win sometimes, else the rounds did not race; a busy machine needs more of them.
  const isOneSided = () => Math.min(won.undo, won.completion) === 0;
  for (let round = 0; round < rounds || (round < 60 && isOneSided()); round++) {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    // Different delays, so that both orders happen.
    const delay = 4 * (1 + (round % 5));
    const [undone, answer] = await Promise.all([
      later(round % 2 === 0 ? 0 : delay)
        .then(() => undo(cast))
        .then(
          () => true,
          (error) => {
            expect(error).toMatchObject({ code: 'already-offboarded' });
            return false;
          },
        ),
      later(round % 2 === 0 ? delay : 0).then(() => complete(database, cast)),
    ]);
    expect(answer.outcome).toBe(undone ? 'still-open' : 'completed');
    won[undone ? 'undo' : 'completion']++;
    const { hardware, software, requests } = await openCountsOf(em, cast.lena.id);
    expect(hardware + software + requests).toBe(undone ? 1 : 0);
  }
  expect(isOneSided()).toBe(false);
});
