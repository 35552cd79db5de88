import { describe, expect, it } from 'vitest';
import type { DueReminder, LastDay, OffboardingSnapshot } from '../../../domain/offboarding-snapshot.ts';
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

/** What knows a snapshot. */
const knowing = (snapshot: OffboardingSnapshot) => new OffboardingState({ offboardingId: 7, snapshot });

describe('the reminder that is due next', () => {
  it('comes with the snapshot, and needs no looking', () => {
    expect(knowing(snapshot(3, soon))).toMatchObject({ reminder: soon, needsNextReminder: false });
    expect(knowing(snapshot(3, null))).toMatchObject({ reminder: null, needsNextReminder: false });
  });

  it('is to be looked for when the snapshot does not name it', () => {
    expect(knowing(snapshot(3))).toMatchObject({ reminder: null, needsNextReminder: true });
  });

  it('comes with a last day that moves', () => {
    const state = knowing(snapshot(3, soon));
    state.apply('lastDay', lastDay(4, later));
    expect(state).toMatchObject({ reminder: later, needsNextReminder: false, needsRefresh: false });
  });

  it('is not taken from what is older, which raises a doubt', () => {
    const state = knowing(snapshot(3, later));
    state.apply('lastDay', lastDay(2, soon));
    expect(state).toMatchObject({ reminder: later, needsRefresh: true });
  });

  it('is to be looked for when a last day is told without it, even the same', () => {
    const state = knowing(snapshot(3, soon));
    state.apply('lastDay', lastDay(3));
    expect(state).toMatchObject({ reminder: soon, needsNextReminder: true });
  });

  it('that was told while the process looked is newer than what it found', () => {
    const state = knowing(snapshot(3, soon));
    const take = state.startReminderRead();
    state.apply('lastDay', lastDay(4, later));
    take(soon);
    expect(state.reminder).toBe(later);
  });

  it('is what the process found, when nothing was told meanwhile', () => {
    const state = knowing(snapshot(3, soon));
    state.startReminderRead()(later);
    expect(state.reminder).toBe(later);
  });

  it('that makes no sense is dropped with the day that names it', () => {
    const state = knowing(snapshot(3, soon));
    const nonsense = { id: 'x', kind: 1, dueAt: 'tomorrow' };
    state.apply('lastDay', { ...lastDay(4), reminder: nonsense });
    expect(state).toMatchObject({ reminder: soon, needsNextReminder: false });
  });
});
