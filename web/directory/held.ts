import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import {
  dismissHeld,
  type HeldEffects,
  heldEffects,
  releaseHeld,
  type Whose,
} from '../../database/directory/held.ts';
import { InvalidInput } from '../../domain/failures.ts';
import { idField } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { asksFirst, confirmationPage } from '../http/pages/confirmation.ts';
import { type Alert, done } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { directoryAddress } from './address.ts';
import { dismissalQuestion, releaseQuestion, whoWords } from './held-questions.ts';

const heldForm = z.object({
  /** One checkbox sends a text, several send a list. */
  ids: z.preprocess((value) => [value ?? []].flat(), z.array(idField()).max(50)),
  everyone: z.literal('yes').optional().catch(undefined),
  /** When the newest of those began to wait whom the page counted. Without it everyone is meant. */
  until: z.iso
    .datetime()
    .transform((time) => new Date(time))
    .optional()
    .catch(undefined),
});

/** Deactivations beyond the limit: letting them happen, and dismissing them. */
export const heldPages = ({ database: { em } }: Services) => {
  const release: RequestHandler = async (request, response) => {
    const whose = whoseIn(request);
    const effects = await heldEffects(em.fork(), whose);
    if (effects.total === 0) return done(request, response, directoryAddress, nothingWaits);
    if (asksFirst(request)) return confirmationPage(request, response, releaseQuestion(effects));
    const released = await releaseHeld(em, actorOf(response), whose);
    return done(request, response, directoryAddress, releasedWords(effects, released));
  };

  const dismiss: RequestHandler = async (request, response) => {
    const whose = whoseIn(request);
    const effects = await heldEffects(em.fork(), whose);
    if (effects.total === 0) return done(request, response, directoryAddress, nothingWaits);
    if (asksFirst(request)) return confirmationPage(request, response, dismissalQuestion(effects));
    await dismissHeld(em, actorOf(response), whose);
    return done(request, response, directoryAddress, `Dismissed for ${whoWords(effects)}.`);
  };

  return { release, dismiss };
};

function whoseIn(request: Request): Whose {
  const { ids, everyone, until = new Date() } = readForm(heldForm, request.body);
  if (everyone) return until;
  if (ids.length === 0) throw new InvalidInput({ ids: 'Select at least one person.' });
  return ids;
}

const nothingWaits: Alert = { tone: 'info', text: 'Already decided. Nothing was changed.' };

function releasedWords(effects: HeldEffects, released: number): Alert {
  const left = effects.total - released;
  if (left === 0) return { tone: 'success', text: `Done for ${whoWords(effects)}.` };
  const text = `Done for ${released} of ${effects.total}. The last super admin waits until someone else is one; for the rest, confirm again.`;
  return { tone: 'warning', text };
}
