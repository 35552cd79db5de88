import { describe, expect, test } from 'vitest';
import type { DueReminder, LastDay, OffboardingSnapshot } from '../../../domain/offboarding/snapshot.ts';
import { OffboardingState } from '../../../workflows/offboarding/state.ts';

const soon: DueReminder = { id: 1, kind: 'before_last_day', dueAt: 1_000 };
const later: DueReminder = { id: 2, kind: 'last_day_over', dueAt: 2_000 };

const lastDay = (revision: number, reminder?: DueReminder | null): LastDay => ({
  date: '2030-05-31',
  zone: 'UTC',
  state: 'open',
  revision,
  ...(reminder !== undefined && { reminder }),
});

const nothing = (revision: number) => ({ ids: [], revision });

const snapshot = (revision: number, reminder?: DueReminder | null): OffboardingSnapshot => ({
  offboardingId: 7,
  userId: 8,
  department: null,
  lastDay: lastDay(revision, reminder),
  hardware: nothing(revision),
  seats: nothing(revision),
  requests: nothing(revision),
});

/** The state after a snapshot. */
const knowing = (snapshot: OffboardingSnapshot) => new OffboardingState({ offboardingId: 7, snapshot });

describe('the next reminder', () => {
  test('is taken from the snapshot without a query', () => {
    expect(knowing(snapshot(3, soon))).toMatchObject({ reminder: soon, needsNextReminder: false });
    expect(knowing(snapshot(3, null))).toMatchObject({ reminder: null, needsNextReminder: false });
  });

  test('is queried when the snapshot does not contain it', () => {
    expect(knowing(snapshot(3))).toMatchObject({ reminder: null, needsNextReminder: true });
  });

  test('is taken from a signal with a new last day', () => {
    const state = knowing(snapshot(3, soon));
    state.apply('lastDay', lastDay(4, later));
    expect(state).toMatchObject({ reminder: later, needsNextReminder: false, needsRefresh: false });
  });

  test('is not taken from an older signal, and is queried instead', () => {
    const state = knowing(snapshot(3, later));
    state.apply('lastDay', lastDay(2, soon));
    expect(state).toMatchObject({ reminder: later, needsRefresh: true });
  });

  test('is queried when a signal has a last day without it, even the same day', () => {
    const state = knowing(snapshot(3, soon));
    state.apply('lastDay', lastDay(3));
    expect(state).toMatchObject({ reminder: soon, needsNextReminder: true });
  });

  test('from a signal during the query is newer than the result of the query', () => {
    const state = knowing(snapshot(3, soon));
    const take = state.startReminderRead();
    state.apply('lastDay', lastDay(4, later));
    take(soon);
    expect(state.reminder).toBe(later);
  });

  test('is the result of the query when no signal came meanwhile', () => {
    const state = knowing(snapshot(3, soon));
    state.startReminderRead()(later);
    expect(state.reminder).toBe(later);
  });

  test('is dropped together with its last day when it is invalid', () => {
    const state = knowing(snapshot(3, soon));
    const nonsense = { id: 'x', kind: 1, dueAt: 'tomorrow' };
    state.apply('lastDay', { ...lastDay(4), reminder: nonsense });
    expect(state).toMatchObject({ reminder: soon, needsNextReminder: false });
  });
});
