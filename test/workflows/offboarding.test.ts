import { WorkflowUpdateFailedError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { assignAsset } from '../../database/assignments.ts';
import { picturesOf } from '../../database/checklists.ts';
import { completeOffboarding } from '../../database/completion.ts';
import { openForCompletion } from '../../database/early-completions.ts';
import { cancelOffboarding, setEndDate } from '../../database/offboardings.ts';
import { sqlOf } from '../../database/tables.ts';
import { updateUser } from '../../database/users.ts';
import { addDays } from '../../domain/dates.ts';
import {
  complete,
  hardwareChanged,
  lastDayChanged,
  type OpenSet,
  offboardingStart,
  offboardingWorkflow,
  revokeSeat,
  searchAttributes,
  seatsChanged,
} from '../../workflows/messages.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { clearChecklist, recoverLaptop, rejectRequest } from '../support/clearing.ts';
import { ownDatabase } from '../support/database.ts';
import { eventually, ownEngine } from '../support/engine.ts';

const { database } = await ownDatabase();
const engine = await ownEngine(database);
await engine.startWorker();

const { relay, ask, handleOf } = engine;
const asIvo = ({ ivo }: Cast) => ({ actor: `user:${ivo.id}` });

/** What the engine shows of an offboarding. */
async function shownOf(offboardingId: number) {
  const { status, typedSearchAttributes: shown } = await handleOf(offboardingId).describe();
  return {
    status: status.name,
    state: shown.get(searchAttributes.state),
    lastDay: shown.get(searchAttributes.lastDay)?.toISOString().slice(0, 10),
    hardware: shown.get(searchAttributes.openHardware),
    seats: shown.get(searchAttributes.openSeats),
    requests: shown.get(searchAttributes.openRequests),
    department: shown.get(searchAttributes.department),
    needsAttention: shown.get(searchAttributes.needsAttention),
  };
}

const untilShown = (offboardingId: number, expected: Partial<Awaited<ReturnType<typeof shownOf>>>) =>
  expect.poll(() => shownOf(offboardingId), { timeout: 30_000 }).toMatchObject(expected);

async function stateOf(offboardingId: number) {
  const { rows } = await sql<{ state: string; completedBy: string | null; status: string }>`
    select o.state, o.completed_by as "completedBy", u.status
    from offboardings o join users u on u.id = o.user_id where o.id = ${offboardingId}`.execute(
    sqlOf(database.em.fork()),
  );
  return rows[0]!;
}

/** How many timers an offboarding's workflow has begun so far, and which activities it has asked for. */
async function askedFor(offboardingId: number) {
  const { events } = await handleOf(offboardingId).fetchHistory();
  return {
    timers: events!.filter((event) => event.timerStartedEventAttributes).length,
    activities: events!.flatMap(
      ({ activityTaskScheduledEventAttributes: asked }) => asked?.activityType?.name ?? [],
    ),
  };
}

const auditCount = async (action: string, userIds: number[]) => {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from audit_entries
    where action = ${action} and user_id = any(${userIds}::int[])`.execute(sqlOf(database.em.fork()));
  return rows[0]!.count;
};

describe('a leaver', () => {
  it('has a workflow that shows what is open as soon as their end date is set', async () => {
    const { offboardingId, lastDay } = await makeCast(database);
    await relay();
    await untilShown(offboardingId, {
      status: 'RUNNING',
      state: 'waiting',
      lastDay,
      hardware: 1,
      seats: 1,
      requests: 1,
      department: 'Engineering',
      needsAttention: false,
    });
  });

  it('is clear once the last thing is dealt with', async () => {
    const cast = await makeCast(database);
    await relay();
    await clearChecklist(database, cast);
    await relay();
    await untilShown(cast.offboardingId, { state: 'clear', hardware: 0, seats: 0, requests: 0 });
  });

  it('follows an end date that moves, and ends when it is cleared', async () => {
    const { offboardingId, lena, nora, lastDay } = await makeCast(database);
    const later = addDays(lastDay, 10);
    await relay();
    await setEndDate(database.em, `user:${nora.id}`, lena.id, later);
    await relay();
    await untilShown(offboardingId, { lastDay: later });
    await cancelOffboarding(database.em, `user:${nora.id}`, lena.id);
    await relay();
    await untilShown(offboardingId, { status: 'COMPLETED', state: 'cancelled' });
  });

  it('is told all there is to know, when it starts and when the date moves, and asks for nothing', async () => {
    const { offboardingId, lena, nora, lastDay } = await makeCast(database);
    await relay();
    await untilShown(offboardingId, { lastDay });
    await setEndDate(database.em, `user:${nora.id}`, lena.id, addDays(lastDay, 10));
    await relay();
    await expect.poll(() => askedFor(offboardingId)).toEqual({ timers: 2, activities: [] });
  });

  it('looks for the next reminder when whoever tells of a last day does not name it', async () => {
    const { offboardingId, lastDay } = await makeCast(database);
    await relay();
    await untilShown(offboardingId, { lastDay });
    const told = { date: lastDay, zone: 'UTC', state: 'open' as const, revision: 1_000 };
    await handleOf(offboardingId).signal(lastDayChanged, told);
    await expect.poll(() => askedFor(offboardingId)).toMatchObject({ activities: ['nextReminder'] });
  });

  it('is shown with their department, also when that changes', async () => {
    const { offboardingId, lena } = await makeCast(database);
    const show = async (department: string | null) => {
      await updateUser(database.em, 'token:hr', lena.id, { department });
      await relay();
      await untilShown(offboardingId, { department: department?.slice(0, 200) });
    };
    await relay();
    await untilShown(offboardingId, { department: 'Engineering' });
    await show('Alumni');
    await show(null);
    await show('D'.repeat(300));
  });

  it('has names and addresses nowhere in the engine', async () => {
    const cast = await makeCast(database);
    await relay();
    await clearChecklist(database, cast);
    await ask(complete, cast.offboardingId, asIvo(cast));
    const history = historyToJSON(await handleOf(cast.offboardingId).fetchHistory());
    const payloads = [...history.matchAll(/"data":\s*"([^"]+)"/g)].map(([, data]) => atob(data!));
    const text = [history, ...payloads].join('\n');
    expect(text).toContain(`user:${cast.ivo.id}`);
    for (const { name, email, externalId } of [cast.lena, cast.ivo, cast.mira, cast.rosa]) {
      for (const part of [name, email, externalId, ...name.split(' ')]) expect(text).not.toContain(part);
    }
  });
});

describe('completing', () => {
  it('is refused while something is open, naming what, and goes on waiting', async () => {
    const cast = await makeCast(database);
    await relay();
    expect(await ask(complete, cast.offboardingId, asIvo(cast))).toEqual({
      outcome: 'still-open',
      counts: { hardware: 1, software: 1, requests: 1 },
    });
    expect(await stateOf(cast.offboardingId)).toMatchObject({ state: 'open', status: 'active' });
    expect(await shownOf(cast.offboardingId)).toMatchObject({ status: 'RUNNING', state: 'waiting' });
  });

  it('marks the leaver offboarded although no signal has said that everything is back', async () => {
    const cast = await makeCast(database);
    await relay();
    await untilShown(cast.offboardingId, { hardware: 1 });
    await clearChecklist(database, cast);
    const answer = await ask(complete, cast.offboardingId, asIvo(cast));
    expect(answer).toEqual({ outcome: 'completed', by: `user:${cast.ivo.id}`, at: expect.any(Number) });
    expect(await stateOf(cast.offboardingId)).toEqual({
      state: 'completed',
      completedBy: `user:${cast.ivo.id}`,
      status: 'offboarded',
    });
    expect(await auditCount('user.manager_cleared', [cast.rosa.id, cast.timo.id])).toBe(2);
    await relay();
    await untilShown(cast.offboardingId, { status: 'COMPLETED', state: 'completed' });
  });

  it('is refused by the database when the workflow believes that all is clear, and the sets are mended', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await relay();
    await untilShown(cast.offboardingId, { state: 'clear' });
    await assignAsset(database.em, `user:${cast.ivo.id}`, cast.spare.id, cast.lena.id);
    expect(await ask(complete, cast.offboardingId, asIvo(cast))).toEqual({
      outcome: 'still-open',
      counts: { hardware: 1, software: 0, requests: 0 },
    });
    await untilShown(cast.offboardingId, { status: 'RUNNING', state: 'waiting', hardware: 1 });
  });

  it('begins without a relay that has started the workflow', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    expect(await ask(complete, cast.offboardingId, asIvo(cast))).toMatchObject({ outcome: 'completed' });
  });

  it('asked by two at once is done by one, and the other is told who did', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await relay();
    const answers = await Promise.all([
      ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` }),
      ask(complete, cast.offboardingId, { actor: `user:${cast.nora.id}` }),
    ]);
    const done = answers.find(({ outcome }) => outcome === 'completed');
    expect(answers).toContainEqual({ ...done, outcome: 'already-completed' });
    expect(await auditCount('user.offboarded', [cast.lena.id])).toBe(1);
  });

  it('asked twice with the same token is done once, with the same answer', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    const again = { ...asIvo(cast), token: 'pressed-twice' };
    const first = await ask(complete, cast.offboardingId, again);
    await eventually(async () => (await shownOf(cast.offboardingId)).status === 'COMPLETED');
    expect(first.outcome).toBe('completed');
    expect(await ask(complete, cast.offboardingId, again)).toEqual(first);
  });

  it('asked after the workflow has closed says who did it and when', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    const first = await ask(complete, cast.offboardingId, asIvo(cast));
    await eventually(async () => (await shownOf(cast.offboardingId)).status === 'COMPLETED');
    const second = await ask(complete, cast.offboardingId, { actor: `user:${cast.nora.id}` });
    expect(second).toEqual({ ...first, outcome: 'already-completed' });
    await eventually(async () => (await shownOf(cast.offboardingId)).status === 'COMPLETED');
    expect(await auditCount('user.offboarded', [cast.lena.id])).toBe(1);
  });

  it('that had committed when its worker was killed is told as done, and to others as already done', async () => {
    for (const asker of ['ivo', 'nora'] as const) {
      const cast = await makeCast(database);
      await clearChecklist(database, cast);
      await relay();
      await untilShown(cast.offboardingId, { state: 'clear' });
      await completeOffboarding(database.em, cast.offboardingId, `user:${cast.ivo.id}`);
      expect(await ask(complete, cast.offboardingId, { actor: `user:${cast[asker].id}` })).toMatchObject({
        outcome: asker === 'ivo' ? 'completed' : 'already-completed',
        by: `user:${cast.ivo.id}`,
      });
    }
  });

  it('says who cancelled it', async () => {
    const cast = await makeCast(database);
    await cancelOffboarding(database.em, `user:${cast.nora.id}`, cast.lena.id);
    const answer = await ask(complete, cast.offboardingId, asIvo(cast));
    expect(answer).toMatchObject({ outcome: 'cancelled', by: `user:${cast.nora.id}` });
  });

  it('tells a rule that stands in the way', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    expect(await ask(complete, cast.offboardingId, { actor: `user:${cast.lena.id}` })).toEqual({
      outcome: 'refused',
      reason: 'own-completion',
    });
    expect(await ask(complete, cast.offboardingId, { actor: `user:${cast.emil.id}` })).toEqual({
      outcome: 'refused',
      reason: 'not-allowed',
    });
  });

  it('works for a leaver and their manager at the same moment', async () => {
    const lena = await makeCast(database);
    await clearChecklist(database, lena);
    await setEndDate(database.em, `user:${lena.nora.id}`, lena.mira.id, lena.lastDay);
    const miras = await openForCompletion(database.em, `user:${lena.nora.id}`, lena.mira.id);
    await relay();
    const answers = await Promise.all([
      ask(complete, lena.offboardingId, asIvo(lena)),
      ask(complete, miras.id, asIvo(lena)),
    ]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
    expect(await auditCount('user.offboarded', [lena.lena.id, lena.mira.id])).toBe(2);
    expect(await auditCount('user.manager_cleared', [lena.rosa.id, lena.timo.id, lena.emil.id])).toBe(3);
  });

  it('early, without an end date, cancels again what it opened when something has come in between', async () => {
    const cast = await makeCast(database);
    const { emil, ivo, spare } = cast;
    const { id } = await openForCompletion(database.em, `user:${ivo.id}`, emil.id);
    await assignAsset(database.em, `user:${ivo.id}`, spare.id, emil.id);
    await relay();
    expect(await ask(complete, id, asIvo(cast))).toMatchObject({
      outcome: 'still-open',
      counts: { hardware: 1 },
    });
    expect(await stateOf(id)).toMatchObject({ state: 'cancelled' });
    await untilShown(id, { status: 'COMPLETED', state: 'cancelled' });
  });
});

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
      { ...wish, askedAt: Date.now() - 61_000 },
      { ...wish, seatId: -1 },
      { ...wish, seatId: 'all' as unknown as number },
      { ...wish, actor: 'root' },
      { ...wish, askedAt: Number.NaN },
      { ...wish, askedAt: Date.now() + 60_000 },
    ].map((nonsense) =>
      ask(revokeSeat, cast.offboardingId, nonsense).then(String, (error) => error.cause.type),
    );
    const [late, ...others] = await Promise.all(refusals);
    expect(late).toBe('AskedTooLongAgo');
    expect(others).toEqual(Array(5).fill('Nonsense'));
    expect(await auditCount('seat.revoked', [cast.lena.id])).toBe(0);
    // Clocks differ a little.
    const early = { ...wish, askedAt: Date.now() + 20_000 };
    expect(await ask(revokeSeat, cast.offboardingId, early)).toEqual({ outcome: 'revoked' });
  });
});

describe('signals', () => {
  const hardwareOf = async (offboardingId: number): Promise<OpenSet> => {
    const [picture] = await picturesOf(database.em.fork(), [offboardingId]);
    return { ids: picture!.hardware, revision: picture!.revision };
  };

  it('may come late, doubled and in the wrong order', async () => {
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
    // What was older has made it read for itself, which would mend at once what comes next.
    await eventually(async () => {
      const { pendingActivities, pendingWorkflowTask } = (await handle.describe()).raw;
      return (pendingActivities ?? []).length === 0 && pendingWorkflowTask == null;
    });
    // Equal is as new: a set that was corrupted can be said again.
    const now = await hardwareOf(cast.offboardingId);
    await handle.signal(hardwareChanged, { ...now, ids: [] });
    await untilShown(cast.offboardingId, { hardware: 0 });
    await handle.signal(hardwareChanged, now);
    await untilShown(cast.offboardingId, { hardware: 2 });
  });

  it('that make no sense change nothing, and harm nobody', async () => {
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

  it('that are wrong in a revision nobody has reached are mended by what is told next', async () => {
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
    // The revision is right again as well.
    await recoverLaptop(database, cast);
    await relay();
    await untilShown(offboardingId, { hardware: 1 });
  });

  it('that are wrong do not hide from whoever completes what is open', async () => {
    const cast = await makeCast(database);
    await relay();
    await handleOf(cast.offboardingId).signal(hardwareChanged, { ids: [7, 8, 9], revision: 99_999 });
    expect(await ask(complete, cast.offboardingId, asIvo(cast))).toMatchObject({
      outcome: 'still-open',
      counts: { hardware: 1 },
    });
    await untilShown(cast.offboardingId, { hardware: 1 });
  });

  it('bring an ended workflow back to life only to look and to end', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await ask(complete, cast.offboardingId, asIvo(cast));
    await eventually(async () => (await shownOf(cast.offboardingId)).status === 'COMPLETED');
    const { runId } = await handleOf(cast.offboardingId).describe();
    await engine.client.workflow.signalWithStart(offboardingWorkflow, {
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

  it('about an offboarding that nobody knows end at once', async () => {
    await engine.client.workflow.signalWithStart(offboardingWorkflow, {
      ...offboardingStart({ offboardingId: 999_999 }),
      signal: hardwareChanged,
      signalArgs: [{ ids: [1], revision: 1 }],
    });
    await untilShown(999_999, { status: 'COMPLETED' });
  });
});

it('continues as new with everything it knows, and asked again answers the same', async () => {
  const cast = await makeCast(database);
  const start = offboardingStart({ offboardingId: cast.offboardingId });
  const run = { ...start.args[0], continueAfter: 40 };
  await engine.client.workflow.start(offboardingWorkflow, { ...start, args: [run] });
  const { runId } = await handleOf(cast.offboardingId).describe();
  const token = 'before-the-next-run';
  const first = await ask(complete, cast.offboardingId, { ...asIvo(cast), token });
  for (let revision = 200; revision < 230; revision++) {
    await handleOf(cast.offboardingId).signal(seatsChanged, { ids: [revision], revision });
  }
  await expect.poll(async () => (await handleOf(cast.offboardingId).describe()).runId).not.toBe(runId);
  await recoverLaptop(database, cast);
  await relay();
  // The engine has forgotten the token; the workflow has not.
  expect(await ask(complete, cast.offboardingId, { ...asIvo(cast), token })).toEqual(first);
  await untilShown(cast.offboardingId, {
    status: 'RUNNING',
    hardware: 0,
    seats: 1,
    requests: 1,
    state: 'waiting',
  });
});
