import type { Response } from 'express';
import { page } from '../../http/pages/rendering.ts';
import type { AskedChange } from './asked-change.ts';
import type { Way } from './way.ts';

interface Question {
  change: AskedChange;
  /** The id under which the change is kept; null when it is not. */
  asked: string | null;
  ways: readonly Way[];
  errors?: Readonly<Record<string, string>>;
}

/** The page that asks for a proof, and does the change with it. */
export const askForProof = (response: Response, { change, asked, ways, errors = {} }: Question): void =>
  page(response, 'proof/ask', {
    title: "Confirm it's you",
    change,
    asked,
    ways: ways.map(({ name }) => name),
    errors,
  });
