import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  Client,
  Connection,
  isGrpcServiceError,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import type { Actor } from '../domain/actor.ts';
import type { CompleteAnswer, RetryAnswer, RevokeSeatAnswer } from '../domain/offboarding/completion.ts';
import { timed } from '../metrics/timed-calls.ts';
import type { WebMetrics } from '../metrics/web.ts';
import {
  complete,
  type DeliveryAddress,
  offboardingStart,
  offboardingWorkflow,
  offboardingWorkflowId,
  retry,
  retryNow,
  revokeSeat,
  type UpdateRequest,
  webhookDeliveryStart,
  webhookWorkflow,
} from './contract.ts';
import { startUnlessRunning } from './start.ts';

/** How long a call to Temporal may take, in milliseconds, because a page must answer within five seconds. */
export const usualDeadlineMs = 4_500;
const pollDeadlineMs = 2_000;

export interface ConsoleClientOptions {
  /** How long an Update may take before the call throws NoAnswerYet. */
  deadlineMs?: number;
}

/** The caller of an Update. The token is the update id, so a second call with the same token has no effect. */
export interface UpdateCall {
  actor: Actor;
  token: string;
  requestId?: string;
}

/** The answer of any Update to a leaver's workflow. */
export type UpdateAnswer = CompleteAnswer | RetryAnswer | RevokeSeatAnswer;

/** Temporal did not answer in time. The Update may still be executed, or may be lost. */
export class NoAnswerYet extends Error {
  override name = 'NoAnswerYet';
  constructor() {
    super('No response yet. Try again in a moment.');
  }
}

/** The message for an Update that Temporal never carried out. */
export const notStartedText = "That didn't go through, and nothing was changed. Try again.";

/** Temporal or the workflow rejected an Update before it changed anything. The message is for people. */
export class NotStarted extends Error {
  override name = 'NotStarted';
}

/** The console's client of Temporal: sends Updates to the leaver's workflow and waits for the answers. */
export type ConsoleClient = ReturnType<typeof createConsoleClient>;

export function createConsoleClient(
  connection: Connection,
  namespace: string,
  { deadlineMs = usualDeadlineMs }: ConsoleClientOptions = {},
) {
  const client = new Client({ connection, namespace });

  async function sendUpdate<Answer, Arguments extends UpdateRequest>(
    update: UpdateDefinition<Answer, [Arguments]>,
    offboardingId: number,
    { actor, token, requestId }: UpdateCall,
    rest: Omit<Arguments, keyof UpdateRequest>,
  ): Promise<Answer> {
    const args = [
      { ...rest, actor, requestedAt: Date.now(), ...(requestId && { requestId }) } as Arguments,
    ] as [Arguments];
    const options = { args, updateId: token };
    return within(deadlineMs, () =>
      retryWhileRejected(deadlineMs, () =>
        client.workflow.executeUpdateWithStart(update, {
          ...options,
          startWorkflowOperation: new WithStartWorkflowOperation(
            offboardingWorkflow,
            offboardingStart({ offboardingId }),
          ),
        }),
      ),
    );
  }

  async function within<T>(ms: number, call: () => Promise<T>): Promise<T> {
    // The deadline covers only the call, so the timer also limits the time to connect.
    const timer = new AbortController();
    const tooLong = pause(ms, undefined, { signal: timer.signal }).then(() => {
      throw new NoAnswerYet();
    });
    try {
      return await Promise.race([connection.withDeadline(Date.now() + ms, call), tooLong]);
    } catch (error) {
      throw toConsoleError(error);
    } finally {
      tooLong.catch(() => undefined);
      timer.abort();
    }
  }

  return {
    /** Marks the leaver offboarded through their workflow. Throws NoAnswerYet or NotStarted. */
    complete: (offboardingId: number, call: UpdateCall): Promise<CompleteAnswer> =>
      sendUpdate(complete, offboardingId, call, {}),

    /** Revokes a leaver's seat through their workflow. Throws NoAnswerYet or NotStarted. */
    revokeSeat: (offboardingId: number, seatId: number, call: UpdateCall): Promise<RevokeSeatAnswer> =>
      sendUpdate(revokeSeat, offboardingId, call, { seatId }),

    /**
     * The answer to an earlier Update, by its token. Returns null when Temporal does not know the Update, because it was
     * lost or rejected and changed nothing. Throws NoAnswerYet while there is no answer.
     */
    async answerTo(offboardingId: number, token: string): Promise<UpdateAnswer | null> {
      const handle = client.workflow.getHandle(offboardingWorkflowId(offboardingId));
      try {
        return await within(pollDeadlineMs, () => handle.getUpdateHandle<UpdateAnswer>(token).result());
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },

    /** Retries the failed steps of the leaver's workflow. Throws NoAnswerYet or NotStarted. */
    retry: (offboardingId: number, call: UpdateCall): Promise<RetryAnswer> =>
      sendUpdate(retry, offboardingId, call, {}),

    /** Makes a waiting delivery try now, and starts its workflow unless it runs. Throws NoAnswerYet. */
    async retryDelivery(delivery: DeliveryAddress): Promise<void> {
      await within(deadlineMs, () =>
        client.workflow.signalWithStart(webhookWorkflow, {
          ...webhookDeliveryStart(delivery),
          signal: retryNow,
        }),
      );
    },

    /** Starts the workflow of a mail unless it runs. Throws NoAnswerYet. */
    async startMail(mailId: number): Promise<void> {
      await within(deadlineMs, () => startUnlessRunning(client.workflow, 'mail', mailId));
    },

    /** Whether Temporal answers within two seconds. */
    async isReachable(): Promise<boolean> {
      return within(pollDeadlineMs, () => connection.workflowService.getSystemInfo({})).then(
        () => true,
        () => false,
      );
    },
  };
}

/** Connects on the first call, because the console must start while Temporal is unavailable. */
export const connectConsoleClient = (
  address: string,
  namespace: string,
  options?: ConsoleClientOptions,
): ConsoleClient =>
  createConsoleClient(
    Connection.lazy({ address, connectTimeout: options?.deadlineMs ?? usualDeadlineMs }),
    namespace,
    options,
  );

/** The same client, which also measures each call. */
export const measuredConsoleClient = (
  engine: ConsoleClient,
  { engineCalled }: Pick<WebMetrics, 'engineCalled'>,
): ConsoleClient => timed(engine, engineCalled, whyNoAnswer);

/** Why a call has no answer, as one of a few names, because it becomes a label of a metric. */
export function whyNoAnswer(error: unknown): string {
  if (error instanceof NoAnswerYet) return 'no-answer-yet';
  return error instanceof NotStarted ? 'not-begun' : 'failed';
}

/** A fresh token for a form. */
export const newToken = (): string => randomUUID();

/** The gRPC code with which Temporal rejects an Update at once when it has had no worker for a while. */
const failedPrecondition = 9;
const retryIntervalMs = 300;

/** Retries an Update that Temporal rejects, until shortly before the caller's deadline. Then throws NotStarted. */
async function retryWhileRejected<T>(deadlineMs: number, call: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + deadlineMs - 2 * retryIntervalMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isFailedPrecondition(error)) throw error;
      if (Date.now() > giveUpAt) throw new NotStarted(notStartedText);
      await pause(retryIntervalMs);
    }
  }
}

const isFailedPrecondition = (error: unknown): boolean =>
  error instanceof ServiceError &&
  (error.cause as { code?: unknown } | undefined)?.code === failedPrecondition;

function toConsoleError(error: unknown): unknown {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return new NoAnswerYet();
  if (error instanceof WorkflowUpdateFailedError)
    return new NotStarted(error.cause?.message ?? error.message);
  if (error instanceof WorkflowNotFoundError) return error;
  if (error instanceof ServiceError || isGrpcServiceError(error)) return new NoAnswerYet();
  return error;
}
