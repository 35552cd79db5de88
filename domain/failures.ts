import { type OpenCounts, refusalWords } from './offboarding/checklist.ts';
import type { Time } from './wording/times.ts';

/** The requested object does not exist, or the caller may not see it. */
export class NotFound extends Error {
  override name = 'NotFound';
  /** The word that the screen has for it, such as `person`. */
  readonly what: string;
  constructor(what: string) {
    super(`We can't find this ${what}.`);
    this.what = what;
  }
}

/**
 * A rule forbids the request; nothing was changed. `code` is stable and machine-readable; the message is for people.
 */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: string;
  /** When that happened which forbids it. The console shows this time at the end of the message. */
  readonly at: Time | undefined;
  constructor(code: string, message: string, at?: Time) {
    super(message);
    this.code = code;
    this.at = at;
  }
}

/** The record was merged into another one with the id `keptId`: it is the same person. Nothing was changed. */
export class Merged extends Refusal {
  override name = 'Merged';
  readonly goneId: number;
  readonly keptId: number;
  constructor(gone: { id: number; name: string }, keptId: number) {
    super('merged', `${gone.name} was merged into another record. Open that one.`);
    this.goneId = gone.id;
    this.keptId = keptId;
  }
}

/** The checklist still has open items. */
export class GateRefusal extends Refusal {
  override name = 'GateRefusal';
  readonly counts: OpenCounts;
  constructor(counts: OpenCounts) {
    super('still-open', refusalWords(counts));
    this.counts = counts;
  }
}

/** Another user changed the same fields since the caller read them. */
export class ChangedMeanwhile extends Refusal {
  override name = 'ChangedMeanwhile';
  readonly fields: readonly string[];
  constructor(fields: readonly string[]) {
    super(
      'changed-meanwhile',
      'Someone else changed this. Check the highlighted fields; saving again overwrites them.',
    );
    this.fields = fields;
  }
}

/** Invalid input, with the message to show beside each field. */
export class InvalidInput extends Error {
  override name = 'InvalidInput';
  readonly fields: Readonly<Record<string, string>>;
  constructor(fields: Record<string, string>) {
    super(Object.values(fields).join(' '));
    this.fields = fields;
  }
}
