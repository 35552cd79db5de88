import { setTimeout as pause } from 'node:timers/promises';
import { Client, type Connection, WorkflowNotFoundError } from '@temporalio/client';
import { decodeTypedSearchAttributes } from '@temporalio/common/lib/converter/payload-search-attributes.js';
import { toSnapshot } from '../activities/snapshots.ts';
import type { ChangedFact } from '../database/entities/record.ts';
import type { SnapshotRow } from '../database/offboarding/snapshots.ts';
import type { PendingDelivery } from '../database/webhooks/deliveries.ts';
import {
  csvImportStart,
  csvImportWorkflow,
  departmentChanged,
  hardwareChanged,
  lastDayChanged,
  mailStart,
  mailWorkflow,
  type OffboardingSnapshot,
  offboardingIdOf,
  offboardingStart,
  offboardingWorkflow,
  offboardingWorkflowId,
  requestsChanged,
  searchAttributes,
  seatsChanged,
  taskQueue,
  webhookDeliveryStart,
  webhookWorkflow,
} from './contract.ts';

/** How long one call may take, in milliseconds: without a limit it would wait for ever. */
const patienceMs = 5_000;
const patienceForLists = 30_000;

/** Workflows listed at once: no more of a list is held than that. */
const pageSize = 200;

/** Between two pages, in milliseconds: unless told otherwise the engine refuses more than ten lists a second. */
const pauseBetweenPages = 150;

/** What the engine shows of a running offboarding workflow; undefined is not shown yet. */
export interface RunningOffboarding {
  endDate: string | null;
  department: string | null;
  hardware: number | undefined;
  seats: number | undefined;
  requests: number | undefined;
  /** It knows that its offboarding is closed, and only has effects of that to see to. */
  isOver: boolean;
}

/** Leads to the next page of a list; the last has none. */
type PageToken = Uint8Array | undefined;

/** All pages, each asked for when the one before it has been dealt with. */
export async function* allPages<T extends { next: PageToken }>(
  pageFrom: (from: PageToken) => Promise<T>,
): AsyncGenerator<T> {
  for (let page = await pageFrom(undefined); ; page = await pageFrom(page.next)) {
    yield page;
    if (page.next === undefined) return;
    await pause(pauseBetweenPages);
  }
}

/** The engine, as the relay and the reconciler speak to it. */
export type WorkerClient = ReturnType<typeof createWorkerClient>;

export function createWorkerClient(connection: Connection, namespace: string, queue = taskQueue) {
  const client = new Client({ connection, namespace });
  const within = <T>(ms: number, call: () => Promise<T>) => connection.withDeadline(Date.now() + ms, call);

  /**
   * Tells a leaver's workflow of changed facts, one signal each with the whole current picture of its kind. Of
   * an offboarding that is closed only that matters.
   */
  async function signalOffboarding(picture: SnapshotRow, facts: readonly ChangedFact[]): Promise<void> {
    const worthTelling = picture.state === 'open' ? facts : facts.filter((fact) => fact === 'lastDay');
    for (const fact of worthTelling) await within(patienceMs, () => signal(picture, fact));
  }

  async function signal(picture: SnapshotRow, fact: ChangedFact): Promise<void> {
    const told = toSnapshot(picture);
    const { signal, value } = messageAbout(told, fact);
    const { offboardingId } = picture;
    if (picture.state === 'open') {
      const start = offboardingStart({ offboardingId, snapshot: told }, queue);
      await client.workflow.signalWithStart(offboardingWorkflow, { ...start, signal, signalArgs: [value] });
    } else {
      const handle = client.workflow.getHandle(offboardingWorkflowId(offboardingId));
      await unlessGone(handle.signal(signal, value));
    }
  }

  /** Starts the workflow of a delivery unless it runs. */
  const startDelivery = (delivery: PendingDelivery) =>
    within(patienceMs, () =>
      client.workflow.start(webhookWorkflow, {
        ...webhookDeliveryStart(delivery, queue),
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      }),
    );

  /** Starts the workflow of an import unless it runs. */
  const startImport = (importId: number) =>
    within(patienceMs, () => client.workflow.start(csvImportWorkflow, csvImportStart(importId, queue)));

  /** Starts the workflow of a mail unless it runs. */
  const startMail = (mailId: number) =>
    within(patienceMs, () =>
      client.workflow.start(mailWorkflow, {
        ...mailStart(mailId, queue),
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      }),
    );

  /** A page of the running offboarding workflows by offboarding, as far as the engine's list has caught up. */
  async function runningOffboardings(from: PageToken) {
    const { executions, next } = await pageOf(offboardingWorkflow, from);
    const running = new Map<number, RunningOffboarding>();
    for (const { execution, searchAttributes: shown } of executions) {
      const offboardingId = offboardingIdOf(execution?.workflowId ?? '');
      if (offboardingId !== null) running.set(offboardingId, shownBy(shown?.indexedFields));
    }
    return { running, next };
  }

  /** How many offboarding workflows run, as far as the engine's list has caught up. */
  const countOffboardings = async (): Promise<number> => {
    const { count } = await within(patienceForLists, () =>
      client.workflow.count(runningOf(offboardingWorkflow)),
    );
    return count;
  };

  /** A page of the ids of the running workflows of deliveries, or of mails, as far as the engine's list has caught up. */
  const runningDeliveries = (from: PageToken) => idsOfRunning(webhookWorkflow, from);
  const runningMails = (from: PageToken) => idsOfRunning(mailWorkflow, from);

  async function idsOfRunning(type: string, from: PageToken) {
    const { executions, next } = await pageOf(type, from);
    return { ids: executions.map(({ execution }) => execution?.workflowId ?? ''), next };
  }

  /** As the engine answers: the client's own list would decode everything it shows of each workflow, twice. */
  async function pageOf(type: string, from: PageToken) {
    const { executions, nextPageToken } = await within(patienceForLists, () =>
      connection.workflowService.listWorkflowExecutions({
        namespace,
        query: runningOf(type),
        pageSize,
        ...(from && { nextPageToken: from }),
      }),
    );
    return { executions, next: nextPageToken?.length ? nextPageToken : undefined };
  }

  /** Whether it answers at all, within two seconds. */
  const isReachable = () =>
    within(2_000, () => connection.workflowService.describeNamespace({ namespace })).then(
      () => true,
      () => false,
    );

  return {
    signalOffboarding,
    startDelivery,
    startMail,
    startImport,
    runningOffboardings,
    countOffboardings,
    runningDeliveries,
    runningMails,
    isReachable,
  };
}

const runningOf = (type: string) => `WorkflowType = '${type}' AND ExecutionStatus = 'Running'`;

function shownBy(fields: Parameters<typeof decodeTypedSearchAttributes>[0]): RunningOffboarding {
  const shown = decodeTypedSearchAttributes(fields);
  return {
    endDate: shown.get(searchAttributes.lastDay)?.toISOString().slice(0, 10) ?? null,
    department: shown.get(searchAttributes.department) ?? null,
    hardware: shown.get(searchAttributes.openHardware),
    seats: shown.get(searchAttributes.openSeats),
    requests: shown.get(searchAttributes.openRequests),
    isOver: ['completed', 'cancelled'].includes(shown.get(searchAttributes.state) ?? ''),
  };
}

function messageAbout(
  { department, lastDay, hardware, seats, requests }: OffboardingSnapshot,
  fact: ChangedFact,
): { signal: string; value: unknown } {
  if (fact === 'hardware') return { signal: hardwareChanged.name, value: hardware };
  if (fact === 'seats') return { signal: seatsChanged.name, value: seats };
  if (fact === 'requests') return { signal: requestsChanged.name, value: requests };
  if (fact === 'department') {
    return {
      signal: departmentChanged.name,
      value: { name: department, revision: lastDay.revision },
    };
  }
  return { signal: lastDayChanged.name, value: lastDay };
}

/** A workflow that has ended needs no telling. */
async function unlessGone(signalled: Promise<void>): Promise<void> {
  try {
    await signalled;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
