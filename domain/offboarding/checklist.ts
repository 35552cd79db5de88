/** The number of a person's open items of each kind. */
export interface OpenCounts {
  hardware: number;
  software: number;
  requests: number;
}

/** The number of all open items, as on the queue's button. */
export const stillOpen = (counts: OpenCounts): number => counts.hardware + counts.software + counts.requests;

/** Completion needs an empty checklist. */
export const isClear = (counts: OpenCounts): boolean => stillOpen(counts) === 0;

/** What a checklist with no open items says, on its page and in the mail to the manager. */
export const allClear = 'All assets recovered, all licenses revoked, no open requests.';

/** The message of a refused completion in the console, the API and Temporal. */
export const refusalWords = ({ hardware, software, requests }: OpenCounts): string =>
  `Cannot complete offboarding: ${hardware} hardware, ${software} software, ${requests} request(s) still open.`;

/** `requests.status`. */
export const requestStatuses = ['pending', 'approved', 'fulfilled', 'rejected', 'cancelled'] as const;
export type RequestStatus = (typeof requestStatuses)[number];

/** How a request can end. */
export const requestOutcomes = ['fulfilled', 'rejected', 'cancelled'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

/** Whether a request is not resolved yet. */
export const isOpenRequest = (status: RequestStatus): boolean =>
  status === 'pending' || status === 'approved';
