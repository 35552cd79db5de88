import type { RequestHandler } from 'express';
import { z } from 'zod';
import { chooseShortcuts } from '../../database/people/shortcuts.ts';
import { readForm } from '../http/forms/read-form.ts';
import { done } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { signedIn } from '../http/signed-in.ts';

/** Browsers send only a checkbox that is ticked. */
const shortcutsForm = z.object({
  shortcuts: z.literal('yes', { error: 'Choose on or off.' }).optional(),
});

/** Turning the single-key shortcuts on or off. */
export const shortcutPages = ({ database: { em } }: Services) => {
  const update: RequestHandler = async (request, response) => {
    const areOn = readForm(shortcutsForm, request.body).shortcuts === 'yes';
    await chooseShortcuts(em, signedIn(response).id, areOn);
    return done(request, response, '/me', `Keyboard shortcuts are ${areOn ? 'on' : 'off'}.`);
  };

  return { update };
};
