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

/** How long a person waits for the engine, in milliseconds: within five seconds the page has to say something. */
export const usualDeadlineMs = 4_500;
const pollDeadlineMs = 2_000;

/** How a console waits for the engine. */
export interface EngineOptions {
  /** How long a question may take before the page says that there is no answer yet. */
  deadlineMs?: number;
}

/** Who asks, and under which token: the same token twice is done once. */
export interface UpdateCall {
  actor: Actor;
  token: string;
  requestId?: string;
}

/** Whatever a leaver's workflow answers. */
export type UpdateAnswer = CompleteAnswer | RetryAnswer | RevokeSeatAnswer;

/** The engine did not answer in time. What was asked may still be carried out, or may be lost. */
export class NoAnswerYet extends Error {
  override name = 'NoAnswerYet';
  constructor() {
    super('The process engine has not answered yet.');
  }
}

/** The engine refused to begin, in words for the person who asked. */
export class NotStarted extends Error {
  override name = 'NotBegun';
}

/** The console's side of the engine: asks the leaver's workflow and waits for its answer. */
export type ConsoleClient = ReturnType<typeof createConsoleClient>;

export function createConsoleClient(
  connection: Connection,
  namespace: string,
  { deadlineMs = usualDeadlineMs }: EngineOptions = {},
) {
  const client = new Client({ connection, namespace });

  async function ask<Answer, Arguments extends UpdateRequest>(
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
      whileNotBegun(deadlineMs, () =>
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
    // The deadline ends the call; connecting has a timeout of its own, which the timer cuts short.
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
    /** Marks the leaver offboarded through their workflow. Throws NoAnswerYet or NotBegun. */
    complete: (offboardingId: number, question: UpdateCall): Promise<CompleteAnswer> =>
      ask(complete, offboardingId, question, {}),

    /** Revokes a leaver's seat through their workflow. Throws NoAnswerYet or NotBegun. */
    revokeSeat: (offboardingId: number, seatId: number, question: UpdateCall): Promise<RevokeSeatAnswer> =>
      ask(revokeSeat, offboardingId, question, { seatId }),

    /**
     * The answer to something asked before, by its token. Throws NoAnswerYet while there is none; null
     * when the engine knows nothing of it: it was lost, or refused, and nothing was begun.
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

    /** Has the leaver's workflow try again what failed for good. Throws NoAnswerYet or NotBegun. */
    retry: (offboardingId: number, question: UpdateCall): Promise<RetryAnswer> =>
      ask(retry, offboardingId, question, {}),

    /** Tells a delivery that waits to try now. One whose workflow is not running gets it. Throws NoAnswerYet. */
    async retryDelivery(delivery: DeliveryAddress): Promise<void> {
      await within(deadlineMs, () =>
        client.workflow.signalWithStart(webhookWorkflow, {
          ...webhookDeliveryStart(delivery),
          signal: retryNow,
        }),
      );
    },

    /** Starts the process of a mail unless it runs. Throws NoAnswerYet. */
    async startMail(mailId: number): Promise<void> {
      await within(deadlineMs, () => startUnlessRunning(client.workflow, 'mail', mailId));
    },

    /** Whether the engine answers, within two seconds. */
    async isReachable(): Promise<boolean> {
      return within(pollDeadlineMs, () => connection.workflowService.getSystemInfo({})).then(
        () => true,
        () => false,
      );
    },
  };
}

/** Connects when first used, so that the console comes up while the engine is away. */
export const connectConsoleClient = (
  address: string,
  namespace: string,
  options?: EngineOptions,
): ConsoleClient =>
  createConsoleClient(
    Connection.lazy({ address, connectTimeout: options?.deadlineMs ?? usualDeadlineMs }),
    namespace,
    options,
  );

/** The same engine, each call of it timed. */
export const measuredConsoleClient = (
  engine: ConsoleClient,
  { engineCalled }: Pick<WebMetrics, 'engineCalled'>,
): ConsoleClient => timed(engine, engineCalled, whyNoAnswer);

/** Why the engine has not answered, by few names. */
export function whyNoAnswer(error: unknown): string {
  if (error instanceof NoAnswerYet) return 'no-answer-yet';
  return error instanceof NotStarted ? 'not-begun' : 'failed';
}

/** A fresh token for a form. */
export const newToken = (): string => randomUUID();

/** Without a worker for a while, the engine turns an Update away at once: it may be back in a moment. */
const failedPrecondition = 9;
const pauseBetweenTriesMs = 300;

/** Asks again, with the same token, as long as the engine turns the question away; the caller's deadline ends it. */
async function whileNotBegun<T>(deadlineMs: number, call: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + deadlineMs - 2 * pauseBetweenTriesMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isTurnedAway(error)) throw error;
      if (Date.now() > giveUpAt)
        throw new NotStarted(
          'The process engine cannot begin this now, and nothing was changed. Please ask again.',
        );
      await pause(pauseBetweenTriesMs);
    }
  }
}

const isTurnedAway = (error: unknown): boolean =>
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
