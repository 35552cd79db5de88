import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, inject, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { changeGroup, createGroup } from '../../../database/directory/groups.ts';
import { Assignment, User } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { updateDirectoryLimit } from '../../../database/workspace/settings.ts';
import { sameMembers } from '../../../domain/directory/group.ts';
import { Refusal } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { idp, provision, say, workEmail } from './directory.ts';

const { database } = await ownDatabase();
const { em } = database;

test('active flips while others assign and complete: the laws of the gate hold, and no call of the directory fails', async () => {
  await updateDirectoryLimit(em, 'system', {
    directoryLimit: 'off',
    directoryLimitCount: 5,
    directoryLimitPercent: 2,
  });
  const rounds = inject('long') ? 60 : 6;
  const orRefused = (work: Promise<unknown>) =>
    work.catch((error) => {
      if (!(error instanceof Refusal)) throw error;
    });
  let completed = 0;
  for (let round = 0; round < rounds; round++) {
    const cast = await makeCast(database);
    const { id } = await provision(database, { emails: workEmail(cast.lena.email) });
    await clearChecklist(database, cast);
    const flips = async () => {
      for (let flip = 0; flip < 4; flip++) await say(database, id, { active: flip % 2 === 1 });
    };
    const [, , answer] = await Promise.all([
      flips(),
      pause(round % 5).then(() =>
        orRefused(assignAsset(em, `user:${cast.ivo.id}`, cast.spare.id, cast.lena.id)),
      ),
      pause((round * 3) % 11).then(() => completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`)),
    ]);
    if (answer.outcome === 'completed') completed++;
    const lena = await em.fork().findOneOrFail(User, { id: cast.lena.id });
    const open = await em.fork().count(Assignment, { userId: lena.id, returnedAt: null });
    expect(Boolean(lena.offboardingCompletedAt)).toBe(answer.outcome === 'completed');
    if (answer.outcome === 'completed') expect(open).toBe(0);
    if (!lena.offboardingCompletedAt) expect(lena.directoryInactive).toBe(false);
  }
  const { rows } = await sql<{ broken: number }>`
    select count(*) as broken from audit_entries where action = 'user.offboarded'
    group by user_id having count(*) > 1`.execute(sqlOf(em.fork()));
  expect(rows).toEqual([]);
  expect(completed).toBeLessThanOrEqual(rounds);
});

test('a person and a group of theirs change at the same time without a deadlock', async () => {
  const { id, userId } = await provision(database);
  const group = await createGroup(em, idp, { displayName: 'Team', externalId: null }, new Set());
  const sent = await statementsOf(async () => {
    const { joined } = await em.fork().transactional(async (other) => {
      await other.execute('select id from users where id = ? for update', [userId]);
      const joined = changeGroup(em, idp, group, {
        attributes: (current) => current,
        members: { ...sameMembers, added: new Set([id]) },
      });
      await pause(100);
      await other.execute('update directory_accounts set version = version + 1 where id = ?', [id]);
      return { joined };
    });
    await joined;
  });
  expect(sent.filter((statement) => /from directory_groups where id/.test(statement))).toHaveLength(1);
});
