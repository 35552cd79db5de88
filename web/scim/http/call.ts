import type { Actor } from '../../../domain/actor.ts';
import { writeLimit } from '../../api/http/write-limit.ts';
import { ScimError } from './scim-error.ts';

/** One call: a request, or an operation of a bulk job. */
export interface ScimCall {
  actor: Actor;
  /** The id in the address; empty for none. */
  id: string;
  /** The parameters of the address, unchecked. */
  query: unknown;
  body: unknown;
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
  /** Whether the client has disconnected. */
  isGone(): boolean;
}

/** The answer to a call. `version` is for the ETag. */
export interface ScimAnswer {
  status: number;
  body?: object;
  location?: string;
  version?: number;
}

/** Answers a call. Throws a ScimError, or an error that `asScimError` knows. */
export type Handler = (call: ScimCall) => Promise<ScimAnswer>;

/**
 * A handler that writes. Calls wait for their turn, as in the API. A client that has disconnected meanwhile may have
 * sent its call again, so that it no longer counts.
 */
export const writing =
  (handler: Handler): Handler =>
  (call) =>
    writeLimit.runExclusive(() => {
      if (call.isGone()) throw new ScimError(503, 'The client has disconnected.');
      return handler(call);
    });
