/** How much of each kind is still open for one person. */
export interface OpenCounts {
  hardware: number;
  software: number;
  requests: number;
}

/** Everything still open: the number on the queue's button. */
export const stillOpen = (counts: OpenCounts): number => counts.hardware + counts.software + counts.requests;

/** The gate's rule: completion needs an empty checklist. */
export const isClear = (counts: OpenCounts): boolean => stillOpen(counts) === 0;

/** The words of a refused completion, the same in the console, the API and the engine. */
export const refusalWords = ({ hardware, software, requests }: OpenCounts): string =>
  `Cannot complete offboarding: ${hardware} hardware, ${software} software, ${requests} request(s) still open.`;

/** `requests.status`. */
export const requestStatuses = ['pending', 'approved', 'fulfilled', 'rejected', 'cancelled'] as const;
export type RequestStatus = (typeof requestStatuses)[number];

/** How a request can end. */
export const requestOutcomes = ['fulfilled', 'rejected', 'cancelled'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

/** Whether a request still has to be dealt with. */
export const isOpenRequest = (status: RequestStatus): boolean =>
  status === 'pending' || status === 'approved';
