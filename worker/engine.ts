import { Client, type Connection, WorkflowNotFoundError } from '@temporalio/client';
import { asSignalled } from '../activities/pictures.ts';
import type { Picture } from '../database/checklists.ts';
import type { PendingDelivery } from '../database/deliveries.ts';
import type { ChangedFact } from '../database/entities/record.ts';
import {
  csvImportStart,
  csvImportWorkflow,
  departmentChanged,
  hardwareChanged,
  lastDayChanged,
  mailStart,
  mailWorkflow,
  type OffboardingPicture,
  offboardingIdOf,
  offboardingStart,
  offboardingWorkflow,
  offboardingWorkflowId,
  requestsChanged,
  searchAttributes,
  seatsChanged,
  taskQueue,
  webhookDeliveryStart,
  webhookDeliveryWorkflow,
  webhookWorkflow,
} from '../workflows/messages.ts';

/** How long one call may take, in milliseconds: without a limit it would wait for ever. */
const patienceMs = 5_000;
const patienceForLists = 30_000;

/** What the engine shows of a running offboarding workflow; undefined is not shown yet. */
export interface Running {
  endDate: string | null;
  department: string | null;
  hardware: number | undefined;
  seats: number | undefined;
  requests: number | undefined;
  /** It knows that its offboarding is closed, and only has effects of that to see to. */
  isOver: boolean;
}

/** The engine, as the relay and the reconciler speak to it. */
export type Engine = ReturnType<typeof createEngine>;

export function createEngine(connection: Connection, namespace: string, queue = taskQueue) {
  const client = new Client({ connection, namespace });
  const within = <T>(ms: number, call: () => Promise<T>) => connection.withDeadline(Date.now() + ms, call);

  /**
   * Tells a leaver's workflow of changed facts, one signal each with the whole current picture of its kind. Of
   * an offboarding that is closed only that matters.
   */
  async function tell(picture: Picture, facts: readonly ChangedFact[]): Promise<void> {
    const worthTelling = picture.state === 'open' ? facts : facts.filter((fact) => fact === 'lastDay');
    for (const fact of worthTelling) await within(patienceMs, () => signal(picture, fact));
  }

  async function signal(picture: Picture, fact: ChangedFact): Promise<void> {
    const told = asSignalled(picture);
    const { signal, value } = messageAbout(told, fact);
    const { offboardingId } = picture;
    if (picture.state === 'open') {
      const start = offboardingStart({ offboardingId, picture: told }, queue);
      await client.workflow.signalWithStart(offboardingWorkflow, { ...start, signal, signalArgs: [value] });
    } else {
      const handle = client.workflow.getHandle(offboardingWorkflowId(offboardingId));
      await unlessGone(handle.signal(signal, value));
    }
  }

  /** Starts the workflow of a delivery unless it runs. */
  const deliver = (delivery: PendingDelivery) =>
    within(patienceMs, () =>
      client.workflow.start(webhookWorkflow, {
        ...webhookDeliveryStart(delivery, queue),
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      }),
    );

  /** Starts the workflow of an import unless it runs. */
  const carryOutImport = (importId: number) =>
    within(patienceMs, () => client.workflow.start(csvImportWorkflow, csvImportStart(importId, queue)));

  /** Starts the workflow of a mail unless it runs. */
  const post = (mailId: number) =>
    within(patienceMs, () =>
      client.workflow.start(mailWorkflow, {
        ...mailStart(mailId, queue),
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      }),
    );

  /** The running offboarding workflows by offboarding, as far as the engine's list has caught up. */
  const runningOffboardings = () =>
    within(patienceForLists, async () => {
      const running = new Map<number, Running>();
      for await (const { workflowId, typedSearchAttributes: shown } of list(offboardingWorkflow)) {
        const offboardingId = offboardingIdOf(workflowId);
        if (offboardingId === null) continue;
        running.set(offboardingId, {
          endDate: shown.get(searchAttributes.lastDay)?.toISOString().slice(0, 10) ?? null,
          department: shown.get(searchAttributes.department) ?? null,
          hardware: shown.get(searchAttributes.openHardware),
          seats: shown.get(searchAttributes.openSeats),
          requests: shown.get(searchAttributes.openRequests),
          isOver: ['completed', 'cancelled'].includes(shown.get(searchAttributes.state) ?? ''),
        });
      }
      return running;
    });

  /** The ids of the running workflows of deliveries and of mails, as far as the engine's list has caught up. */
  const runningDeliveries = () => idsOfRunning(webhookWorkflow, webhookDeliveryWorkflow);
  const runningMails = () => idsOfRunning(mailWorkflow);

  const idsOfRunning = (...types: string[]) =>
    within(patienceForLists, async () => {
      const running = new Set<string>();
      for await (const { workflowId } of list(...types)) running.add(workflowId);
      return running;
    });

  const list = (...types: string[]) =>
    client.workflow.list({
      query: `WorkflowType IN (${types.map((type) => `'${type}'`)}) AND ExecutionStatus = 'Running'`,
      pageSize: 1000,
    });

  /** Whether it answers at all, within two seconds. */
  const answers = () =>
    within(2_000, () => connection.workflowService.describeNamespace({ namespace })).then(
      () => true,
      () => false,
    );

  return {
    tell,
    deliver,
    post,
    carryOutImport,
    runningOffboardings,
    runningDeliveries,
    runningMails,
    answers,
  };
}

function messageAbout(
  { department, lastDay, hardware, seats, requests }: OffboardingPicture,
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
