import type { OpenCounts } from '../domain/checklist.ts';
import { isClear } from '../domain/checklist.ts';
import type { Step } from '../domain/failed-steps.ts';
import type { ReminderKind } from '../domain/reminders.ts';
import type { LastDay, OffboardingPicture, OpenSet } from './messages.ts';
import { isLastDay, isOpenSet } from './well-formed.ts';

/** Where a leaver's process stands, as an operator reads it. */
export type Phase = 'waiting' | 'clear' | 'finalizing' | 'completed' | 'cancelled';

/** A reminder that has not fired; `dueAt` in epoch milliseconds. */
export interface DueReminder {
  id: number;
  kind: ReminderKind;
  dueAt: number;
}

const itemSets = ['hardware', 'seats', 'requests'] as const;
type ItemSet = (typeof itemSets)[number];

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
 * What the process knows of its leaver. What it is told may come late, doubled or in any order: each set keeps its
 * own revision, and one that is older than what is known is not taken. It raises a doubt: what is known may be wrong
 * as well. What the process reads for itself it takes whatever the revision, so that nothing wrong stays for good.
 */
export class OffboardingState {
  userId: number | null = null;
  department: string | null = null;
  lastDay: LastDay = { date: null, zone: 'UTC', state: 'open', revision: -1 };
  readonly sets: Record<ItemSet, OpenSet> = { hardware: unread(), seats: unread(), requests: unread() };
  /** Whether a whole picture was read, so that the sets mean something. */
  isKnown = false;
  isFinalizing = false;
  /** Something told was older than what is known: to be settled by reading. */
  isDoubtful = false;
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
    this.beginRead()(carried.picture);
    this.since = carried.since;
    this.failedSteps = carried.failedSteps;
    this.answers = carried.answers;
  }

  /** Takes what a signal says of one kind; nonsense is dropped. */
  hearSet(kind: ItemSet, set: unknown) {
    if (!isOpenSet(set)) return;
    if (set.revision >= this.sets[kind].revision) this.sets[kind] = set;
    else this.isDoubtful = true;
  }

  /** The same of the last day. The moments may have moved although the day is the same: the workspace chooses them. */
  hearLastDay(lastDay: unknown) {
    if (!isLastDay(lastDay)) return;
    if (lastDay.revision >= this.lastDay.revision) this.lastDay = lastDay;
    else this.isDoubtful = true;
    this.mustRearm = true;
  }

  /**
   * To be called before the process reads a picture, and its result with the picture. What is told meanwhile may be
   * newer than the picture, so there the revision counts.
   */
  beginRead(): (picture: OffboardingPicture) => void {
    this.isDoubtful = false;
    const before = { ...this.sets, lastDay: this.lastDay };
    return (picture) => {
      for (const kind of itemSets) {
        const [known, read] = [this.sets[kind], picture[kind]];
        if (known === before[kind] || read.revision >= known.revision) this.sets[kind] = read;
      }
      const { lastDay } = picture;
      if (this.lastDay === before.lastDay || lastDay.revision >= this.lastDay.revision) {
        this.takeLastDay(lastDay);
      }
      this.userId = picture.userId;
      this.department = picture.department;
      this.isKnown = true;
    };
  }

  private takeLastDay(lastDay: LastDay) {
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
