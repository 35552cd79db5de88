import type { OpenCounts } from '../domain/checklist.ts';
import { isClear } from '../domain/checklist.ts';
import type { ReminderKind } from '../domain/reminders.ts';
import type { LastDay, OffboardingPicture, OpenSet } from './messages.ts';

/** Where a leaver's process stands, as an operator reads it. */
export type Phase = 'waiting' | 'clear' | 'finalizing' | 'completed' | 'cancelled';

/** What can fail for good and then waits for a person. */
export type Step = 'reading' | 'reminders' | 'completion' | 'deliveries' | 'mails';

/** A reminder that has not fired; `dueAt` in epoch milliseconds. */
export interface DueReminder {
  id: number;
  kind: ReminderKind;
  dueAt: number;
}

type ItemSet = 'hardware' | 'seats' | 'requests';

/** What a run hands to the next one. */
export interface Carried {
  picture: OffboardingPicture;
  since: { phase: Phase; at: number };
  failedSteps: Step[];
  answers: Answered[];
}

interface Answered {
  updateId: string;
  answer: unknown;
}

/** Enough for every form that could still be pressed twice. */
const answersKept = 50;

/**
 * What the process knows of its leaver. Pictures may come late, doubled or in any order: each set keeps its
 * own revision and one that is older than what is known changes nothing.
 */
export class OffboardingState {
  userId: number | null = null;
  department: string | null = null;
  lastDay: LastDay = { date: null, zone: 'UTC', state: 'open', revision: -1 };
  readonly sets: Record<ItemSet, OpenSet> = { hardware: unread(), seats: unread(), requests: unread() };
  /** Whether a whole picture was read, so that the sets mean something. */
  isKnown = false;
  isFinalizing = false;
  reminder: DueReminder | null = null;
  /** The last day moved since the reminder was read. */
  mustRearm = true;
  since: { phase: Phase; at: number } | null = null;
  /** How often a person asked to try failed steps again. */
  retries = 0;
  failedSteps: Step[] = [];
  private answers: Answered[] = [];

  constructor(carried?: Carried) {
    if (carried === undefined) return;
    this.takePicture(carried.picture);
    this.since = carried.since;
    this.failedSteps = carried.failedSteps;
    this.answers = carried.answers;
  }

  takePicture(picture: OffboardingPicture) {
    this.userId = picture.userId;
    this.department = picture.department;
    this.takeLastDay(picture.lastDay);
    this.takeSet('hardware', picture.hardware);
    this.takeSet('seats', picture.seats);
    this.takeSet('requests', picture.requests);
    this.isKnown = true;
  }

  takeSet(kind: ItemSet, set: OpenSet) {
    if (set.revision >= this.sets[kind].revision) this.sets[kind] = set;
  }

  takeLastDay(lastDay: LastDay) {
    if (lastDay.revision < this.lastDay.revision) return;
    const moved = lastDay.date !== this.lastDay.date || lastDay.zone !== this.lastDay.zone;
    this.lastDay = lastDay;
    if (moved) this.mustRearm = true;
  }

  /** Nobody has such an offboarding: there is nothing to follow. */
  takeNothing() {
    this.lastDay = { ...this.lastDay, state: 'cancelled' };
    this.isKnown = true;
  }

  get isOpen(): boolean {
    return this.lastDay.state === 'open';
  }

  get counts(): OpenCounts {
    const { hardware, seats, requests } = this.sets;
    return { hardware: hardware.ids.length, software: seats.ids.length, requests: requests.ids.length };
  }

  get phase(): Phase {
    if (this.lastDay.state !== 'open') return this.lastDay.state;
    if (this.isFinalizing) return 'finalizing';
    return isClear(this.counts) ? 'clear' : 'waiting';
  }

  /** The answer an Update already got, in this run or an earlier one; undefined when it is new. */
  answerTo(updateId: string): unknown {
    return this.answers.find((answered) => answered.updateId === updateId)?.answer;
  }

  remember(updateId: string, answer: unknown) {
    this.answers = [...this.answers, { updateId, answer }].slice(-answersKept);
  }

  /** What the next run needs; only of a state that is known. */
  toCarry(offboardingId: number): Carried {
    const { lastDay, department, since, failedSteps, answers } = this;
    const picture = { offboardingId, userId: this.userId!, department, lastDay, ...this.sets };
    return { picture, since: since!, failedSteps, answers };
  }
}

const unread = (): OpenSet => ({ ids: [], revision: -1 });
