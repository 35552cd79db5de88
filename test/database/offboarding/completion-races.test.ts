import { expect, inject, test } from 'vitest';
import { Assignment, User } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { openForCompletion } from '../../../database/offboarding/completion-without-end-date.ts';
import { Refusal } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { complete, userOf } from './completing.ts';

const { database } = await ownDatabase();
const { em } = database;

test('of two concurrent completions one wins, and the other returns who won', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const answers = await Promise.all([
    complete(database, cast, cast.ivo),
    complete(database, cast, cast.nora),
  ]);
  const winner = answers.find(({ outcome }) => outcome === 'completed') as { by: string; at: number };
  expect(answers).toContainEqual({ outcome: 'already-completed', by: winner.by, at: winner.at });
});

test('two super-admins who complete each other concurrently leave one super-admin', async () => {
  const first = await makeCast(database);
  const second = await makeCast(database);
  await em
    .fork()
    .nativeUpdate(
      User,
      { role: 'super-admin', id: { $nin: [first.ada.id, second.ada.id] } },
      { role: 'admin' },
    );
  const by = `user:${first.nora.id}` as const;
  const offboardings = [
    await openForCompletion(em, by, first.ada.id),
    await openForCompletion(em, by, second.ada.id),
  ];
  const answers = await Promise.all([
    completeOffboarding(em, offboardings[0]!.id, `user:${second.ada.id}`),
    completeOffboarding(em, offboardings[1]!.id, `user:${first.ada.id}`),
  ]);
  expect(answers.filter(({ outcome }) => outcome === 'completed')).toHaveLength(1);
  expect(await em.fork().count(User, { role: 'super-admin', status: 'active' })).toBe(1);
});

test('concurrent completions of a manager and their report both succeed', async () => {
  for (let round = 0; round < 10; round++) {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    const by = `user:${cast.ivo.id}` as const;
    const rosas = await openForCompletion(em, by, cast.rosa.id);
    const answers = await Promise.all([complete(database, cast), completeOffboarding(em, rosas.id, by)]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
    expect((await userOf(database, cast.rosa.id)).status).toBe('offboarded');
  }
});

test('of an assignment and a concurrent completion exactly one wins', async () => {
  const rounds = inject('long') ? 50 : 8;
  const won = { completion: 0, assignment: 0 };
  for (let round = 0; round < rounds; round++) {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    const assign = () => assignAsset(em, `user:${cast.ivo.id}`, cast.spare.id, cast.lena.id);
    const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    // Different delays, so that both orders happen.
    const [assigned, answer] = await Promise.all([
      later(round % 7)
        .then(assign)
        .then(
          () => true,
          (error) => {
            expect(error).toBeInstanceOf(Refusal);
            return false;
          },
        ),
      later((round * 3) % 7).then(() => complete(database, cast)),
    ]);
    expect(assigned).toBe(answer.outcome !== 'completed');
    won[assigned ? 'assignment' : 'completion']++;
    const open = await em.fork().count(Assignment, { userId: cast.lena.id, returnedAt: null });
    expect(open).toBe(assigned ? 1 : 0);
  }
  // Both must win sometimes, else the rounds did not race.
  expect(won.assignment).toBeGreaterThan(0);
  expect(won.completion).toBeGreaterThan(0);
});
