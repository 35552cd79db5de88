import type { RequestOutcome, RequestStatus } from '../../domain/offboarding/checklist.ts';

const tones: Record<RequestStatus, string> = {
  pending: 'tag-warning',
  approved: 'tag-new',
  fulfilled: 'tag-done',
  rejected: '',
  cancelled: '',
};

/** The CSS class for the colour of a request's status. */
export const requestTone = (status: RequestStatus): string => tones[status];

interface OutcomeButton {
  outcome: RequestOutcome;
  label: string;
  icon: string;
}

const fulfil: OutcomeButton = { outcome: 'fulfilled', label: 'Fulfil', icon: 'check' };
const reject: OutcomeButton = { outcome: 'rejected', label: 'Reject', icon: 'x' };
const cancel: OutcomeButton = { outcome: 'cancelled', label: 'Cancel request', icon: 'ban' };

/** The buttons that close a request, the usual one first: for leavers that is rejecting it. */
export const outcomeButtons = (isLeaving: boolean): OutcomeButton[] =>
  isLeaving ? [reject, cancel, fulfil] : [fulfil, reject, cancel];
