import { isClear, type OpenCounts } from '../../domain/offboarding/checklist.ts';
import type { Step } from '../../domain/offboarding/failed-steps.ts';
import type {
  Department,
  DueReminder,
  LastDay,
  OffboardingSnapshot,
  OpenSet,
} from '../../domain/offboarding/snapshot.ts';
import type { OffboardingInput } from '../../engine/contract.ts';
import { isDepartment, isLastDay, isOpenSet } from './signal-validators.ts';

/** Where a leaver's workflow stands, as an operator reads it. */
export type Phase = 'waiting' | 'clear' | 'finalizing' | 'completed' | 'cancelled';

/** The parts of a snapshot; each has its own revision, because each has its own signal. */
interface SnapshotParts {
  department: Department;
  lastDay: LastDay;
  hardware: OpenSet;
  seats: OpenSet;
  requests: OpenSet;
}
type Part = keyof SnapshotParts;

const isWellFormed: { [P in Part]: (value: unknown) => value is SnapshotParts[P] } = {
  department: isDepartment,
  lastDay: isLastDay,
  hardware: isOpenSet,
  seats: isOpenSet,
  requests: isOpenSet,
};
const allParts = Object.keys(isWellFormed) as Part[];

/** What a run carries to the next one. */
export interface Carried {
  snapshot: OffboardingSnapshot;
  since: { phase: Phase; at: number };
  failedSteps: Step[];
  answers: UpdateAnswer[];
}

interface UpdateAnswer {
  updateId: string;
  answer: unknown;
}

/** Enough for every form that could still be submitted twice. */
const answersKept = 50;

/**
 * What the workflow knows of its leaver. Signals may come late, twice or in any order, so each part keeps its revision
 * and ignores a lower one. A stale snapshot means that ours may be wrong too, so the workflow reads again. What it reads
 * itself it takes at any revision, so that no wrong value stays for good.
 */
export class OffboardingState {
  readonly offboardingId: number;
  userId: number | null = null;
  readonly parts: SnapshotParts = {
    department: { name: null, revision: -1 },
    lastDay: { date: null, zone: 'UTC', state: 'open', revision: -1 },
    hardware: { ids: [], revision: -1 },
    seats: { ids: [], revision: -1 },
    requests: { ids: [], revision: -1 },
  };
  /** A whole snapshot was read, so the parts mean something. */
  isKnown = false;
  isFinalizing = false;
  /** Operators see the change of a completion later, see `publishLater`. */
  isPublishedLater = false;
  /** A signal was older than what is known, so the checklist must be read again. */
  needsRefresh = false;
  reminder: DueReminder | null = null;
  /** The known reminder may not fit the last day, so it must be read again. */
  needsNextReminder = true;
  since: { phase: Phase; at: number } | null = null;
  /** How often `retry` was asked for. */
  retries = 0;
  failedSteps: Step[] = [];
  private answers: UpdateAnswer[] = [];

  constructor({ offboardingId, snapshot, carried }: OffboardingInput & { carried?: Carried }) {
    this.offboardingId = offboardingId;
    const known = snapshot ?? carried?.snapshot;
    if (known !== undefined) this.startRead()(known);
    if (carried === undefined) return;
    this.since = carried.since;
    this.failedSteps = carried.failedSteps;
    this.answers = carried.answers;
  }

  /** Applies the snapshot of one part that a signal carries; a malformed one is dropped. */
  apply<P extends Part>(part: P, value: unknown) {
    if (!isWellFormed[part](value)) return;
    if (value.revision >= this.parts[part].revision) this.take(part, value);
    else this.needsRefresh = true;
    // The workspace chooses when to remind, so the reminder may have moved although the date has not.
    if (part === 'lastDay' && (value as LastDay).reminder === undefined) this.needsNextReminder = true;
  }

  /**
   * Call it before reading a snapshot, and call its result with the snapshot. A signal that arrived in between may be
   * newer, so there the revision decides.
   */
  startRead(): (snapshot: OffboardingSnapshot) => void {
    this.needsRefresh = false;
    const before = { ...this.parts };
    return (snapshot) => {
      const read = partsOf(snapshot);
      for (const part of allParts) {
        const hasChanged = this.parts[part] !== before[part];
        if (!hasChanged || read[part].revision >= this.parts[part].revision) this.take(part, read[part]);
      }
      this.userId = snapshot.userId;
      this.isKnown = true;
    };
  }

  private take<P extends Part>(part: P, value: SnapshotParts[P]) {
    const { date, zone } = this.lastDay;
    this.parts[part] = value;
    if (part !== 'lastDay') return;
    const { reminder } = this.lastDay;
    if (reminder !== undefined) this.expect(reminder);
    else if (date !== this.lastDay.date || zone !== this.lastDay.zone) this.needsNextReminder = true;
  }

  /**
   * Call it before reading the next reminder, and call its result with what was found. A reminder that a signal brought
   * in between is newer.
   */
  startReminderRead(): (found: DueReminder | null) => void {
    const before = this.reminder;
    return (found) => {
      if (this.reminder === before) this.reminder = found;
    };
  }

  private expect(reminder: DueReminder | null) {
    this.reminder = reminder;
    this.needsNextReminder = false;
  }

  /** The offboarding does not exist, so there is nothing to follow. */
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

  /** The answer that an Update id got before, in this run or an earlier one; undefined for a new id. */
  answerTo(updateId: string): unknown {
    return this.answers.find((known) => known.updateId === updateId)?.answer;
  }

  /** Keeps the answer for an Update id; the oldest one goes. */
  remember(updateId: string, answer: unknown) {
    this.answers = [...this.answers, { updateId, answer }].slice(-answersKept);
  }

  /** What the next run needs. Only for a state that is known. */
  toCarry(): Carried {
    const { offboardingId, since, failedSteps, answers } = this;
    const department = this.parts.department.name;
    const snapshot = { offboardingId, userId: this.userId!, ...this.parts, department };
    return { snapshot, since: since!, failedSteps, answers };
  }
}

/** How much is open in a snapshot. */
export const countsIn = ({
  hardware,
  seats,
  requests,
}: Pick<OffboardingSnapshot, 'hardware' | 'seats' | 'requests'>): OpenCounts => ({
  hardware: hardware.ids.length,
  software: seats.ids.length,
  requests: requests.ids.length,
});

/** All parts of a snapshot were read at the same revision. */
const partsOf = ({ department, ...rest }: OffboardingSnapshot): SnapshotParts => ({
  ...rest,
  department: { name: department, revision: rest.lastDay.revision },
});
