import type { Request, Response } from 'express';
import { page } from './rendering.ts';

/** A question before a big step. */
export interface Confirmation {
  title: string;
  /** What happens, in one sentence each. */
  effects: readonly string[];
  /** The button that does it. */
  button: string;
  /** The address of the form that was sent. */
  action: string;
  /** The link that leads back. */
  back: { label: string; address: string };
}

/** Whether the form wants a question before a big step. Without the field `ask`, as scripts post, the step is done. */
export const asksFirst = (request: Request): boolean => request.body?.ask === 'yes';

/** Asks whether to go on. The page posts the same fields to the same address, without `ask`. */
export function confirmationPage(request: Request, response: Response, confirmation: Confirmation): void {
  const { ask: _, ...sent } = request.body as Record<string, unknown>;
  const fields = Object.entries(sent).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => (typeof one === 'string' ? [[name, one] as const] : [])),
  );
  page(response, 'confirmation', { ...confirmation, fields });
}
