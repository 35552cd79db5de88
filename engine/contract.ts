import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Actor } from '../domain/actor.ts';
import type { CompleteAnswer, RetryAnswer, RevokeSeatAnswer } from '../domain/offboarding/completion.ts';
import type { Department, LastDay, OffboardingSnapshot, OpenSet } from '../domain/offboarding/snapshot.ts';

/**
 * The contract between the console, the relay and the workflows: names, ids and payloads, and nothing
 * else. Payloads hold ids, dates and counts, never a name or an address of a person.
 */
export const taskQueue = 'lastday';

/** Workflow types by their exported names. */
export const offboardingWorkflow = 'offboarding';
export const webhookWorkflow = 'webhook';
export const csvImportWorkflow = 'csvImport';
export const mailWorkflow = 'mail';

/** A running workflow stays; one that ended may start again, and ends at once when nothing is left to do. */
const unlessRunning = {
  workflowIdConflictPolicy: 'USE_EXISTING',
  workflowIdReusePolicy: 'ALLOW_DUPLICATE',
} as const;

/** The one workflow of an offboarding. */
export const offboardingWorkflowId = (offboardingId: number) => `offboarding-${offboardingId}`;

/** The inverse of `offboardingWorkflowId`, or null. */
export function offboardingIdOf(workflowId: string): number | null {
  const match = /^offboarding-(\d+)$/.exec(workflowId);
  return match ? Number(match[1]) : null;
}

/**
 * The workflow of a delivery. The first delivery of an event to an endpoint is named by both, so that it
 * cannot start twice; a replay is a new row and appends its id.
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

/** How the workflow of a delivery is started; it ends at once when its delivery is no longer pending. */
export const webhookDeliveryStart = (delivery: DeliveryAddress, queue = taskQueue) => ({
  workflowId: webhookDeliveryWorkflowId(delivery),
  taskQueue: queue,
  args: [{ deliveryId: delivery.id }] as [WebhookDeliveryInput],
  staticSummary: `Delivery ${delivery.id} of ${delivery.eventId} to endpoint ${delivery.endpointId}`,
  ...unlessRunning,
});

/** Sending has a queue of its own: endpoints that hang must not keep a completion waiting. */
export const sendingQueue = (queue: string) => `${queue}-sending`;

/** Mail has another: a mail server that hangs must not keep webhooks waiting. */
export const mailQueue = (queue: string) => `${queue}-mail`;

/** What the workflow of a mail is started with. */
export interface MailInput {
  mailId: number;
}

/** The one workflow of a mail. */
export const mailWorkflowId = (mailId: number) => `mail-${mailId}`;

/** How the workflow of a mail is started; it ends at once when its mail is no longer pending. */
export const mailStart = (mailId: number, queue = taskQueue) => ({
  workflowId: mailWorkflowId(mailId),
  taskQueue: queue,
  args: [{ mailId }] as [MailInput],
  staticSummary: `Mail ${mailId}`,
  ...unlessRunning,
});

/** Signals carry the whole current set; a lower revision than the known one is ignored. */
export const hardwareChanged = defineSignal<[OpenSet]>('hardwareChanged');
export const seatsChanged = defineSignal<[OpenSet]>('seatsChanged');
export const requestsChanged = defineSignal<[OpenSet]>('requestsChanged');
export const lastDayChanged = defineSignal<[LastDay]>('lastDayChanged');
export const departmentChanged = defineSignal<[Department]>('departmentChanged');

/** Who asks, and when (epoch ms). Asked longer ago than `askedTooLongAgoMs`, it is refused. */
export interface UpdateRequest {
  actor: Actor;
  requestedAt: number;
  /** The request in the console or API that asked, to find it in the logs. */
  requestId?: string;
}

export interface RevokeSeatRequest extends UpdateRequest {
  seatId: number;
}

/** Updates: a person waits for the answer. The form's token is the update's id. */
export const revokeSeat = defineUpdate<RevokeSeatAnswer, [RevokeSeatRequest]>('revokeSeat');
export const complete = defineUpdate<CompleteAnswer, [UpdateRequest]>('complete');
/** Tries a step again that failed for good. */
export const retry = defineUpdate<RetryAnswer, [UpdateRequest]>('retry');

/** Wakes a delivery or a mail that waits for its next try. */
export const retryNow = defineSignal('retryNow');

/** Search attributes: what an operator can ask the engine for. */
export const searchAttributes = {
  state: defineSearchAttributeKey('OffboardingState', SearchAttributeType.KEYWORD),
  lastDay: defineSearchAttributeKey('LastDay', SearchAttributeType.DATETIME),
  openHardware: defineSearchAttributeKey('OpenHardware', SearchAttributeType.INT),
  openSeats: defineSearchAttributeKey('OpenSeats', SearchAttributeType.INT),
  openRequests: defineSearchAttributeKey('OpenRequests', SearchAttributeType.INT),
  department: defineSearchAttributeKey('Department', SearchAttributeType.KEYWORD),
  needsAttention: defineSearchAttributeKey('NeedsAttention', SearchAttributeType.BOOL),
};

/** A department as the engine shows it, which takes no longer keywords. */
export const shownDepartment = (name: string | null): string | null =>
  name === null ? null : [...name].slice(0, 200).join('');

/** What a leaver's workflow is started with. */
export interface OffboardingInput {
  offboardingId: number;
  /** What whoever starts it has just read; not given, it reads for itself. */
  snapshot?: OffboardingSnapshot;
}

/**
 * How the workflow of an offboarding is started, wherever it is: by the relay's signal or by an Update of
 * the console, whichever comes first. A run that ended can be followed by another, which ends at once
 * when it is told, or reads, that there is nothing left to do.
 */
export const offboardingStart = (input: OffboardingInput, queue: string = taskQueue) => ({
  workflowId: offboardingWorkflowId(input.offboardingId),
  taskQueue: queue,
  args: [input] as [OffboardingInput],
  ...unlessRunning,
  staticSummary: `Offboarding ${input.offboardingId}`,
  staticDetails:
    'Follows what the leaver still has until the offboarding is completed or cancelled. ' +
    'Signals say what changed; `complete`, `revokeSeat` and `retry` are asked in the console.',
});

/** What the workflow of an import is started with; the lines and how far they are is in the database. */
export interface CsvImportInput {
  importId: number;
}

/** The one workflow of an import. */
export const csvImportWorkflowId = (importId: number) => `import-${importId}`;

/**
 * How the workflow of an import is started, by whoever finds one that has none. A run that ended can be
 * followed by another, which ends at once when nothing is left to do.
 */
export const csvImportStart = (importId: number, queue: string = taskQueue) => ({
  workflowId: csvImportWorkflowId(importId),
  taskQueue: queue,
  args: [{ importId }] as [CsvImportInput],
  ...unlessRunning,
  staticSummary: `Import ${importId}`,
  staticDetails: 'Carries the lines of a file out, batch by batch. It is cancelled in the console.',
});

/** The kinds of workflows that are started for one row of the database, and how. */
export const rowWorkflows: { readonly [Kind in RowKind]: RowWorkflow<RowOf[Kind]> } = {
  delivery: { type: webhookWorkflow, idOf: webhookDeliveryWorkflowId, start: webhookDeliveryStart },
  mail: { type: mailWorkflow, idOf: mailWorkflowId, start: mailStart },
  import: { type: csvImportWorkflow, idOf: csvImportWorkflowId, start: csvImportStart },
};
export type RowKind = keyof RowOf;

/** What identifies the row of each kind. */
export interface RowOf {
  delivery: DeliveryAddress;
  mail: number;
  import: number;
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
    | ReturnType<typeof csvImportStart>;
}
