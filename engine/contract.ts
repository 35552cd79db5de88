import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Actor } from '../domain/actor.ts';
import type { CompleteAnswer, RetryAnswer, RevokeSeatAnswer } from '../domain/offboarding/completion.ts';
import type { Department, LastDay, OffboardingSnapshot, OpenSet } from '../domain/offboarding/snapshot.ts';

/**
 * The contract between the console, the relay and the workflows: names, ids and payloads. A payload holds ids, dates and
 * counts, and never the name or address of a person.
 */
export const taskQueue = 'lastday';

/** Workflow types by their exported names. */
export const offboardingWorkflow = 'offboarding';
export const webhookWorkflow = 'webhook';
export const csvImportWorkflow = 'csvImport';
export const bulkActionWorkflow = 'bulkAction';
const mailWorkflow = 'mail';

/** A running workflow stays; one that ended may start again, and ends at once when nothing is left to do. */
const unlessRunning = {
  workflowIdConflictPolicy: 'USE_EXISTING',
  workflowIdReusePolicy: 'ALLOW_DUPLICATE',
} as const;

/** The workflow id of an offboarding. */
export const offboardingWorkflowId = (offboardingId: number) => `offboarding-${offboardingId}`;

/** The inverse of `offboardingWorkflowId`, or null. */
export function offboardingIdOf(workflowId: string): number | null {
  const match = /^offboarding-(\d+)$/.exec(workflowId);
  return match ? Number(match[1]) : null;
}

/**
 * The workflow id of a delivery. The first delivery of an event to an endpoint has the ids of both, so that it cannot
 * start twice. A replay is a new row and appends its id.
 */
export const webhookDeliveryWorkflowId = (delivery: DeliveryAddress) =>
  `webhook-${delivery.eventId}-${delivery.endpointId}${delivery.replayOf === null ? '' : `-${delivery.id}`}`;

export interface DeliveryAddress {
  id: number;
  eventId: string;
  endpointId: number;
  replayOf: number | null;
}

export interface WebhookDeliveryInput {
  deliveryId: number;
}

/** Starts a delivery's workflow, which ends at once when its delivery is no longer pending. */
export const webhookDeliveryStart = (delivery: DeliveryAddress, queue = taskQueue) => ({
  workflowId: webhookDeliveryWorkflowId(delivery),
  taskQueue: queue,
  args: [{ deliveryId: delivery.id }] as [WebhookDeliveryInput],
  staticSummary: `Delivery ${delivery.id} of ${delivery.eventId} to endpoint ${delivery.endpointId}`,
  ...unlessRunning,
});

/** Webhooks have their own task queue, because a hanging endpoint must not delay a completion. */
export const sendingQueue = (queue: string) => `${queue}-sending`;

/** Mail has its own task queue, because a hanging mail server must not delay webhooks. */
export const mailQueue = (queue: string) => `${queue}-mail`;

/** The input of a mail's workflow. */
export interface MailInput {
  mailId: number;
}

/** The workflow id of a mail. */
export const mailWorkflowId = (mailId: number) => `mail-${mailId}`;

/** Starts a mail's workflow, which ends at once when its mail is no longer pending. */
const mailStart = (mailId: number, queue: string) => ({
  workflowId: mailWorkflowId(mailId),
  taskQueue: queue,
  args: [{ mailId }] as [MailInput],
  staticSummary: `Email ${mailId}`,
  ...unlessRunning,
});

/** Signals carry the whole current set. The workflow ignores a lower revision than its own. */
export const hardwareChanged = defineSignal<[OpenSet]>('hardwareChanged');
export const seatsChanged = defineSignal<[OpenSet]>('seatsChanged');
export const requestsChanged = defineSignal<[OpenSet]>('requestsChanged');
export const lastDayChanged = defineSignal<[LastDay]>('lastDayChanged');
export const departmentChanged = defineSignal<[Department]>('departmentChanged');

/** The caller of an Update, and the time of the call in epoch milliseconds. It is refused after `requestDeadlineMs`. */
export interface UpdateRequest {
  actor: Actor;
  requestedAt: number;
  /** The id of the HTTP request, to find it in the logs. */
  requestId?: string;
}

export interface RevokeSeatRequest extends UpdateRequest {
  seatId: number;
}

/** Updates, because a person waits for the answer. The form's token is the update id. */
export const revokeSeat = defineUpdate<RevokeSeatAnswer, [RevokeSeatRequest]>('revokeSeat');
export const complete = defineUpdate<CompleteAnswer, [UpdateRequest]>('complete');
/** Retries a step that failed for good. */
export const retry = defineUpdate<RetryAnswer, [UpdateRequest]>('retry');

/** Wakes a delivery or a mail that waits for its next attempt. */
export const retryNow = defineSignal('retryNow');

/** The search attributes that an operator can query. */
export const searchAttributes = {
  state: defineSearchAttributeKey('OffboardingState', SearchAttributeType.KEYWORD),
  lastDay: defineSearchAttributeKey('LastDay', SearchAttributeType.DATETIME),
  openHardware: defineSearchAttributeKey('OpenHardware', SearchAttributeType.INT),
  openSeats: defineSearchAttributeKey('OpenSeats', SearchAttributeType.INT),
  openRequests: defineSearchAttributeKey('OpenRequests', SearchAttributeType.INT),
  department: defineSearchAttributeKey('Department', SearchAttributeType.KEYWORD),
  needsAttention: defineSearchAttributeKey('NeedsAttention', SearchAttributeType.BOOL),
};

/** A department cut to 200 characters, because Temporal refuses longer keywords. */
export const shownDepartment = (name: string | null): string | null =>
  name === null ? null : [...name].slice(0, 200).join('');

/** The input of a leaver's workflow. */
export interface OffboardingInput {
  offboardingId: number;
  /** The snapshot that the caller has just read. Without it the workflow reads one. */
  snapshot?: OffboardingSnapshot;
}

/** Starts a leaver's workflow, by a signal of the relay or by an Update of the console, whichever comes first. */
export const offboardingStart = (input: OffboardingInput) => ({
  workflowId: offboardingWorkflowId(input.offboardingId),
  taskQueue,
  args: [input] as [OffboardingInput],
  ...unlessRunning,
  staticSummary: `Offboarding ${input.offboardingId}`,
  staticDetails:
    'Tracks what the leaver still has until the offboarding is completed or cancelled. ' +
    'Signals report changes; the console sends the Updates `complete`, `revokeSeat` and `retry`.',
});

/** The input of an import's workflow. Its lines and its progress are in the database. */
export interface CsvImportInput {
  importId: number;
}

/** The workflow id of an import. */
export const csvImportWorkflowId = (importId: number) => `import-${importId}`;

/** Starts an import's workflow, which ends at once when no line is left. */
export const csvImportStart = (importId: number, queue = taskQueue) => ({
  workflowId: csvImportWorkflowId(importId),
  taskQueue: queue,
  args: [{ importId }] as [CsvImportInput],
  ...unlessRunning,
  staticSummary: `Import ${importId}`,
  staticDetails: "Imports a file's lines in batches. To cancel it, use the console.",
});

/** The input of a bulk action's workflow. Its items and their results are in the database. */
export interface BulkActionInput {
  bulkId: number;
}

/** The workflow id of a bulk action. */
const bulkActionWorkflowId = (bulkId: number) => `bulk-${bulkId}`;

/** Starts a bulk action's workflow, which ends at once when no item waits. */
export const bulkActionStart = (bulkId: number, queue = taskQueue) => ({
  workflowId: bulkActionWorkflowId(bulkId),
  taskQueue: queue,
  args: [{ bulkId }] as [BulkActionInput],
  ...unlessRunning,
  staticSummary: `Bulk action ${bulkId}`,
  staticDetails: "Runs an admin's bulk action in batches.",
});

/** The kinds of workflows that are started for one row of the database, and how. */
export const rowWorkflows: { readonly [Kind in RowKind]: RowWorkflow<RowOf[Kind]> } = {
  delivery: { type: webhookWorkflow, idOf: webhookDeliveryWorkflowId, start: webhookDeliveryStart },
  mail: { type: mailWorkflow, idOf: mailWorkflowId, start: mailStart },
  import: { type: csvImportWorkflow, idOf: csvImportWorkflowId, start: csvImportStart },
  bulk: { type: bulkActionWorkflow, idOf: bulkActionWorkflowId, start: bulkActionStart },
};
export type RowKind = keyof RowOf;

/** What identifies the row of each kind. */
export interface RowOf {
  delivery: DeliveryAddress;
  mail: number;
  import: number;
  bulk: number;
}

interface RowWorkflow<Row> {
  type: string;
  idOf: (row: Row) => string;
  start: (
    row: Row,
    queue: string,
  ) =>
    | ReturnType<typeof webhookDeliveryStart>
    | ReturnType<typeof mailStart>
    | ReturnType<typeof csvImportStart>
    | ReturnType<typeof bulkActionStart>;
}
