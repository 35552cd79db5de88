import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import { isClear } from '../../domain/offboarding/checklist.ts';
import type { Step } from '../../domain/offboarding/failed-steps.ts';
import type {
  Department,
  DueReminder,
  LastDay,
  OffboardingSnapshot,
  OpenSet,
} from '../../engine/contract.ts';
import { isDepartment, isLastDay, isOpenSet } from './signal-validators.ts';

/** Where a leaver's process stands, as an operator reads it. */
export type Phase = 'waiting' | 'clear' | 'finalizing' | 'completed' | 'cancelled';

/** What is told of a leaver, each part for itself. */
interface Parts {
  department: Department;
  lastDay: LastDay;
  hardware: OpenSet;
  seats: OpenSet;
  requests: OpenSet;
}
type Part = keyof Parts;

const isWellFormed: { [P in Part]: (value: unknown) => value is Parts[P] } = {
  department: isDepartment,
  lastDay: isLastDay,
  hardware: isOpenSet,
  seats: isOpenSet,
  requests: isOpenSet,
};
const everyPart = Object.keys(isWellFormed) as Part[];

/** What a run hands to the next one. */
export interface Carried {
  snapshot: OffboardingSnapshot;
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
 * What the process knows of its leaver. What it is told may come late, doubled or in any order: each part keeps its
 * own revision, and one that is older than what is known is not taken. It raises a doubt: what is known may be wrong
 * as well. What the process reads for itself it takes whatever the revision, so that nothing wrong stays for good.
 */
export class OffboardingState {
  userId: number | null = null;
  readonly parts: Parts = {
    department: { name: null, revision: -1 },
    lastDay: { date: null, zone: 'UTC', state: 'open', revision: -1 },
    hardware: { ids: [], revision: -1 },
    seats: { ids: [], revision: -1 },
    requests: { ids: [], revision: -1 },
  };
  /** Whether a whole picture was read, so that the parts mean something. */
  isKnown = false;
  isFinalizing = false;
  /** Something told was older than what is known: to be settled by reading. */
  needsRefresh = false;
  reminder: DueReminder | null = null;
  /** The reminder that is known may not fit the last day: to be settled by reading it. */
  needsNextReminder = true;
  since: { phase: Phase; at: number } | null = null;
  /** How often a person asked to try failed steps again. */
  retries = 0;
  failedSteps: Step[] = [];
  private answers: Answered[] = [];

  constructor(carried?: Carried) {
    if (carried === undefined) return;
    this.startRead()(carried.snapshot);
    this.since = carried.since;
    this.failedSteps = carried.failedSteps;
    this.answers = carried.answers;
  }

  /** Takes what a signal says of one part; nonsense is dropped. */
  apply<P extends Part>(part: P, value: unknown) {
    if (!isWellFormed[part](value)) return;
    if (value.revision >= this.parts[part].revision) this.take(part, value);
    else this.needsRefresh = true;
    // The moments may have moved although the day is the same: the workspace chooses them.
    if (part === 'lastDay' && (value as LastDay).reminder === undefined) this.needsNextReminder = true;
  }

  /**
   * To be called before the process reads a picture, and its result with the picture. What is told meanwhile may be
   * newer than the picture, so there the revision counts.
   */
  startRead(): (picture: OffboardingSnapshot) => void {
    this.needsRefresh = false;
    const before = { ...this.parts };
    return (picture) => {
      const read = partsOf(picture);
      for (const part of everyPart) {
        const wasTold = this.parts[part] !== before[part];
        if (!wasTold || read[part].revision >= this.parts[part].revision) this.take(part, read[part]);
      }
      this.userId = picture.userId;
      this.isKnown = true;
    };
  }

  private take<P extends Part>(part: P, value: Parts[P]) {
    const { date, zone } = this.lastDay;
    this.parts[part] = value;
    if (part !== 'lastDay') return;
    const { reminder } = this.lastDay;
    if (reminder !== undefined) this.expect(reminder);
    else if (date !== this.lastDay.date || zone !== this.lastDay.zone) this.needsNextReminder = true;
  }

  /**
   * To be called before the process looks for its reminder, and its result with what it found: what is told meanwhile
   * is newer.
   */
  startReminderRead(): (found: DueReminder | null) => void {
    const before = this.reminder;
    return (found) => {
      if (this.reminder === before) this.reminder = found;
    };
  }

  /** Takes the reminder that is due next. */
  private expect(reminder: DueReminder | null) {
    this.reminder = reminder;
    this.needsNextReminder = false;
  }

  /** Nobody has such an offboarding: there is nothing to follow. */
  markMissing() {
    this.parts.lastDay = { ...this.lastDay, state: 'cancelled' };
    this.isKnown = true;
  }

  get lastDay(): LastDay {
    return this.parts.lastDay;
  }

  get isOpen(): boolean {
    return this.lastDay.state === 'open';
  }

  get counts(): OpenCounts {
    return countsIn(this.parts);
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
    const { since, failedSteps, answers } = this;
    const department = this.parts.department.name;
    const snapshot = { offboardingId, userId: this.userId!, ...this.parts, department };
    return { snapshot, since: since!, failedSteps, answers };
  }
}

/** How much is open in a picture. */
export const countsIn = ({
  hardware,
  seats,
  requests,
}: Pick<OffboardingSnapshot, 'hardware' | 'seats' | 'requests'>): OpenCounts => ({
  hardware: hardware.ids.length,
  software: seats.ids.length,
  requests: requests.ids.length,
});

/** All parts of a picture were read at the same revision. */
const partsOf = ({ department, ...rest }: OffboardingSnapshot): Parts => ({
  ...rest,
  department: { name: department, revision: rest.lastDay.revision },
});
