import { setTimeout as pause } from 'node:timers/promises';
import { Client, type Connection, WorkflowNotFoundError } from '@temporalio/client';
import { decodeTypedSearchAttributes } from '@temporalio/common/lib/converter/payload-search-attributes.js';
import type { ChangedFact, OffboardingSnapshot } from '../domain/offboarding/snapshot.ts';
import {
  departmentChanged,
  hardwareChanged,
  lastDayChanged,
  offboardingIdOf,
  offboardingStart,
  offboardingWorkflow,
  offboardingWorkflowId,
  type RowKind,
  type RowOf,
  requestsChanged,
  rowWorkflows,
  searchAttributes,
  seatsChanged,
} from './contract.ts';
import { startUnlessRunning } from './start.ts';

/** How long one call may take: without a deadline it would wait for ever. */
const callTimeoutMs = 5_000;
const listTimeoutMs = 30_000;

/** Workflows on one page of a list, so that memory holds no more. */
const pageSize = 200;

/** Between two pages, because Temporal refuses more than ten list calls a second by default. */
const pageIntervalMs = 150;

/** The search attributes of a running offboarding workflow; undefined where none is set yet. */
export interface RunningOffboarding {
  endDate: string | null;
  department: string | null;
  hardware: number | undefined;
  seats: number | undefined;
  requests: number | undefined;
  /** The workflow knows that its offboarding is closed, and only finishes its effects. */
  isOver: boolean;
}

/** Where the next page of a list starts; the last page has none. */
type PageToken = Uint8Array | undefined;

/** All pages; each is read when the caller has finished the one before. */
export async function* allPages<T extends { next: PageToken }>(
  pageFrom: (from: PageToken) => Promise<T>,
): AsyncGenerator<T> {
  for (let page = await pageFrom(undefined); ; page = await pageFrom(page.next)) {
    yield page;
    if (page.next === undefined) return;
    await pause(pageIntervalMs);
  }
}

/** The worker's client of Temporal. */
export type WorkerClient = ReturnType<typeof createWorkerClient>;

export function createWorkerClient(connection: Connection, namespace: string) {
  const client = new Client({ connection, namespace });
  const within = <T>(ms: number, call: () => Promise<T>) => connection.withDeadline(Date.now() + ms, call);

  /**
   * Signals changed facts to a leaver's workflow: one signal for each kind, with the whole current set. A closed
   * offboarding signals only that it is closed.
   */
  async function signalOffboarding(
    snapshot: OffboardingSnapshot,
    facts: readonly ChangedFact[],
  ): Promise<void> {
    const isOpen = snapshot.lastDay.state === 'open';
    const toSignal = isOpen ? facts : facts.filter((fact) => fact === 'lastDay');
    for (const fact of toSignal) await within(callTimeoutMs, () => signal(snapshot, fact));
  }

  async function signal(snapshot: OffboardingSnapshot, fact: ChangedFact): Promise<void> {
    const { signal, value } = messageAbout(snapshot, fact);
    const { offboardingId } = snapshot;
    if (snapshot.lastDay.state === 'open') {
      const start = offboardingStart({ offboardingId, snapshot });
      await client.workflow.signalWithStart(offboardingWorkflow, { ...start, signal, signalArgs: [value] });
    } else {
      const handle = client.workflow.getHandle(offboardingWorkflowId(offboardingId));
      await unlessClosed(handle.signal(signal, value));
    }
  }

  /** Starts the workflow of a row unless it runs. */
  const startRow = <Kind extends RowKind>(kind: Kind, row: RowOf[Kind]): Promise<void> =>
    within(callTimeoutMs, () => startUnlessRunning(client.workflow, kind, row));

  /** A page of the running offboarding workflows by offboarding, as far as Temporal's list has caught up. */
  async function runningOffboardings(from: PageToken) {
    const { executions, next } = await pageOf(offboardingWorkflow, from);
    const running = new Map<number, RunningOffboarding>();
    for (const { execution, searchAttributes: shown } of executions) {
      const offboardingId = offboardingIdOf(execution?.workflowId ?? '');
      if (offboardingId !== null) running.set(offboardingId, shownBy(shown?.indexedFields));
    }
    return { running, next };
  }

  /** How many offboarding workflows run, as far as Temporal's list has caught up. */
  const countOffboardings = async (): Promise<number> => {
    const { count } = await within(listTimeoutMs, () =>
      client.workflow.count(runningOf(offboardingWorkflow)),
    );
    return count;
  };

  /** A page of the ids of the running workflows of a kind, as far as Temporal's list has caught up. */
  async function runningIds(kind: RowKind, from: PageToken) {
    const { executions, next } = await pageOf(rowWorkflows[kind].type, from);
    return { ids: executions.map(({ execution }) => execution?.workflowId ?? ''), next };
  }

  /** The raw call, because the client's own list decodes every field of each workflow, twice. */
  async function pageOf(type: string, from: PageToken) {
    const { executions, nextPageToken } = await within(listTimeoutMs, () =>
      connection.workflowService.listWorkflowExecutions({
        namespace,
        query: runningOf(type),
        pageSize,
        ...(from && { nextPageToken: from }),
      }),
    );
    return { executions, next: nextPageToken?.length ? nextPageToken : undefined };
  }

  /** Whether Temporal answers within two seconds. */
  const isReachable = () =>
    within(2_000, () => connection.workflowService.describeNamespace({ namespace })).then(
      () => true,
      () => false,
    );

  return {
    signalOffboarding,
    startUnlessRunning: startRow,
    runningOffboardings,
    countOffboardings,
    runningIds,
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

/** A workflow that has closed needs no signal. */
async function unlessClosed(signalled: Promise<void>): Promise<void> {
  try {
    await signalled;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
