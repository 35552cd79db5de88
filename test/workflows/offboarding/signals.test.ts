import { WorkflowUpdateFailedError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { readSnapshots } from '../../../database/offboarding/snapshots.ts';
import type { OpenSet } from '../../../domain/offboarding/snapshot.ts';
import {
  complete,
  hardwareChanged,
  lastDayChanged,
  offboardingStart,
  offboardingWorkflow,
  seatsChanged,
} from '../../../engine/contract.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist, recoverLaptop, rejectRequest } from '../../../testing/cast/clearing.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { asIvo, ownLeavers } from './setting.ts';

const { relay, ask, handleOf, client, database, shownOf, untilShown, auditCount } = await ownLeavers();

describe('signals', () => {
  const hardwareOf = async (offboardingId: number): Promise<OpenSet> => {
    const [snapshot] = await readSnapshots(database.em.fork(), [offboardingId]);
    return snapshot!.hardware;
  };

  test('may come late, twice and in the wrong order', async () => {
    const cast = await makeCast(database);
    await relay();
    await untilShown(cast.offboardingId, { hardware: 1, seats: 1 });
    const handle = handleOf(cast.offboardingId);
    const older = await hardwareOf(cast.offboardingId);
    await assignAsset(database.em, `user:${cast.ivo.id}`, cast.spare.id, cast.lena.id);
    const newer = await hardwareOf(cast.offboardingId);
    await handle.signal(hardwareChanged, newer);
    await untilShown(cast.offboardingId, { hardware: 2 });
    await handle.signal(hardwareChanged, older);
    await handle.signal(hardwareChanged, newer);
    await rejectRequest(database, cast);
    await relay();
    await untilShown(cast.offboardingId, { hardware: 2, requests: 0 });
    // The older signal made the workflow read the database, which would hide the next check.
    await eventually(async () => {
      const { pendingActivities, pendingWorkflowTask } = (await handle.describe()).raw;
      return (pendingActivities ?? []).length === 0 && pendingWorkflowTask == null;
    });
    // An equal revision is accepted, so that a corrupted set can be sent again.
    const now = await hardwareOf(cast.offboardingId);
    await handle.signal(hardwareChanged, { ...now, ids: [] });
    await untilShown(cast.offboardingId, { hardware: 0 });
    await handle.signal(hardwareChanged, now);
    await untilShown(cast.offboardingId, { hardware: 2 });
  });

  test('that are invalid change nothing', async () => {
    const { offboardingId, ...cast } = await makeCast(database);
    await relay();
    await untilShown(offboardingId, { hardware: 1 });
    const day = { date: null, zone: 'UTC', state: 'open', revision: 99_999 };
    const nonsense = {
      hardwareChanged: [null, undefined, 'x', 7, [], {}, { revision: 99_999 }, { ids: [] }],
      seatsChanged: [
        { ids: null, revision: 99_999 },
        { ids: ['a'], revision: 99_999 },
        { ids: [1], revision: '5' },
      ],
      requestsChanged: [
        { ids: [1.5], revision: 99_999 },
        { ids: {}, revision: 99_999 },
      ],
      lastDayChanged: [null, {}, { ...day, date: 'soon' }, { ...day, date: 7 }, { ...day, state: 'gone' }],
    };
    for (const [signal, values] of Object.entries(nonsense)) {
      for (const value of [...values, { ...day, zone: 5 }, { ...day, ids: [], revision: Number.NaN }]) {
        await handleOf(offboardingId).signal(signal, value);
      }
      await handleOf(offboardingId).signal(signal);
    }
    for (const update of ['complete', 'revokeSeat', 'retry']) {
      for (const value of [undefined, null, 'x']) {
        const asked = handleOf(offboardingId).executeUpdate(update, { args: [value] as [unknown] });
        await expect(asked).rejects.toThrow(WorkflowUpdateFailedError);
      }
    }
    await recoverLaptop(database, cast);
    await relay();
    await untilShown(offboardingId, {
      status: 'RUNNING',
      state: 'waiting',
      hardware: 0,
      seats: 1,
      requests: 1,
    });
    const { events } = await handleOf(offboardingId).fetchHistory();
    expect(events!.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  });

  test('with a wrong future revision are corrected by the next signal', async () => {
    const cast = await makeCast(database);
    const { offboardingId } = cast;
    await relay();
    await untilShown(offboardingId, { hardware: 1 });
    const garbage = { ids: [], revision: 99_999 };
    await handleOf(offboardingId).signal(hardwareChanged, garbage);
    await handleOf(offboardingId).signal(lastDayChanged, {
      ...garbage,
      date: '2001-01-01',
      zone: 'UTC',
      state: 'open',
    });
    await untilShown(offboardingId, { hardware: 0, lastDay: '2001-01-01' });
    await assignAsset(database.em, `user:${cast.ivo.id}`, cast.spare.id, cast.lena.id);
    await relay();
    await untilShown(offboardingId, { hardware: 2, lastDay: cast.lastDay });
    // The revision is right again, too.
    await recoverLaptop(database, cast);
    await relay();
    await untilShown(offboardingId, { hardware: 1 });
  });

  test('that are wrong do not hide open items from a completion', async () => {
    const cast = await makeCast(database);
    await relay();
    await handleOf(cast.offboardingId).signal(hardwareChanged, { ids: [7, 8, 9], revision: 99_999 });
    expect(await ask(complete, cast.offboardingId, asIvo(cast))).toMatchObject({
      outcome: 'still-open',
      counts: { hardware: 1 },
    });
    await untilShown(cast.offboardingId, { hardware: 1 });
  });

  test('restart an ended workflow, which reads the database and ends', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await ask(complete, cast.offboardingId, asIvo(cast));
    await eventually(async () => (await shownOf(cast.offboardingId)).status === 'COMPLETED');
    const { runId } = await handleOf(cast.offboardingId).describe();
    await client.workflow.signalWithStart(offboardingWorkflow, {
      ...offboardingStart({ offboardingId: cast.offboardingId }),
      signal: hardwareChanged,
      signalArgs: [{ ids: [1], revision: 1_000 }],
    });
    const second = await eventually(async () => {
      const shown = await handleOf(cast.offboardingId).describe();
      return shown.status.name === 'COMPLETED' ? shown : null;
    });
    expect(second.runId).not.toBe(runId);
    expect(await auditCount('user.offboarded', [cast.lena.id])).toBe(1);
  });

  test('for an unknown offboarding start a workflow that ends at once', async () => {
    await client.workflow.signalWithStart(offboardingWorkflow, {
      ...offboardingStart({ offboardingId: 999_999 }),
      signal: hardwareChanged,
      signalArgs: [{ ids: [1], revision: 1 }],
    });
    await untilShown(999_999, { status: 'COMPLETED' });
  });
});

test('a workflow that continues as new keeps its state, and repeats its answer to the same token', async () => {
  const cast = await makeCast(database);
  const start = offboardingStart({ offboardingId: cast.offboardingId });
  const run = { ...start.args[0], continueAfter: 40 };
  await client.workflow.start(offboardingWorkflow, { ...start, args: [run] });
  const { runId } = await handleOf(cast.offboardingId).describe();
  const token = 'before-the-next-run';
  const first = await ask(complete, cast.offboardingId, { ...asIvo(cast), token });
  for (let revision = 200; revision < 230; revision++) {
    await handleOf(cast.offboardingId).signal(seatsChanged, { ids: [revision], revision });
  }
  await expect.poll(async () => (await handleOf(cast.offboardingId).describe()).runId).not.toBe(runId);
  await recoverLaptop(database, cast);
  await relay();
  // Temporal deduplicates updates only within a run; the workflow keeps the token.
  expect(await ask(complete, cast.offboardingId, { ...asIvo(cast), token })).toEqual(first);
  await untilShown(cast.offboardingId, {
    status: 'RUNNING',
    hardware: 0,
    seats: 1,
    requests: 1,
    state: 'waiting',
  });
});
