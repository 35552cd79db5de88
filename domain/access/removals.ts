import { addDays, noonOf, todayIn } from '../dates.ts';
import { Refusal } from '../failures.ts';

/** What a call of the API takes away, and is therefore limited in. A serial number also counts when it is replaced. */
export const removalKinds = ['endDate', 'manager', 'email', 'serial'] as const;
export type RemovalKind = (typeof removalKinds)[number];

/** The names of what is taken away. */
export const removalLabels: Record<RemovalKind, string> = {
  endDate: 'end date',
  manager: 'manager',
  email: 'email',
  serial: 'serial number',
};

/** The values of a person that a call can take away. */
interface RemovableValues {
  endDate?: string | null | undefined;
  managerId?: number | null | undefined;
  email?: string | null | undefined;
}

/** What a change of a person takes away. */
export function removalsBetween(before: RemovableValues, after: RemovableValues): RemovalKind[] {
  const isGone = (field: keyof RemovableValues) => before[field] != null && after[field] == null;
  return [
    ...(isGone('endDate') ? (['endDate'] as const) : []),
    ...(isGone('managerId') ? (['manager'] as const) : []),
    ...(isGone('email') ? (['email'] as const) : []),
  ];
}

/** Whether API tokens are limited. */
export const tokenLimitSwitches = ['on', 'off'] as const;
export type TokenLimitSwitch = (typeof tokenLimitSwitches)[number];

/** Refused calls are listed for this many days. */
export const refusedCallsKeptDays = 7;

/** How long a token may exceed its limit. */
export const continuations = ['hour', 'eight-hours', 'tomorrow'] as const;
export type Continuation = (typeof continuations)[number];

/** Until when a token continues. `tomorrow` is noon, after a nightly sync. */
export function continuesUntil(continuation: Continuation, zone: string, now: Date): Date {
  switch (continuation) {
    case 'hour':
      return new Date(now.getTime() + hourMs);
    case 'eight-hours':
      return new Date(now.getTime() + 8 * hourMs);
    case 'tomorrow':
      return noonOf(addDays(todayIn(zone, now), 1), zone);
  }
}

const hourMs = 3_600_000;

/** What a call would take away from one person or asset. */
export interface Removal {
  tokenId: number;
  subjectId: number;
  /** Everything that the call would take away. */
  kinds: readonly RemovalKind[];
}

/** A token would take away more than the limit of the workspace permits within an hour. */
export class RemovalRefusal extends Refusal {
  override name = 'RemovalRefusal';
  readonly removal: Removal;
  /** The kinds that are beyond the limit. */
  readonly beyond: readonly RemovalKind[];
  constructor(removal: Removal, beyond: readonly RemovalKind[]) {
    super('confirmation-needed', wordsOf(beyond));
    this.removal = removal;
    this.beyond = beyond;
  }
}

const wordsOf = (beyond: readonly RemovalKind[]): string =>
  `This token reached its hourly limit for removing: ${beyond.map((kind) => removalLabels[kind]).join(', ')}. ` +
  'Nothing was changed. A super admin can let it continue under API tokens.';
