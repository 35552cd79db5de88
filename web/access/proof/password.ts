import { z } from 'zod';
import { recordSessionEvent } from '../../../database/access/credentials.ts';
import { isPasswordOf } from '../../../database/access/proofs.ts';
import { userActor } from '../../../domain/actor.ts';
import { InvalidInput } from '../../../domain/failures.ts';
import { plural } from '../../../domain/wording/plural.ts';
import { readForm } from '../../http/forms/read-form.ts';
import type { Services } from '../../http/services.ts';
import { signedIn } from '../../http/signed-in.ts';
import { signInLimits, TooManyTries } from '../sign-in-limits.ts';
import type { Way } from './way.ts';

const missing = 'Enter your password.';
const form = z.object({
  proof_password: z
    .string({ error: missing })
    .min(1, { error: missing })
    .max(1000, { error: 'At most 1,000 characters.' }),
});

/** The password proves who someone is. Guesses count like those at the sign-in page. */
export async function passwordWay({ database }: Services): Promise<Way> {
  const limits = await signInLimits(database);
  return {
    name: 'password',
    async check(sent, request, response) {
      const { proof_password: password } = readForm(form, { proof_password: sent });
      const { id, email } = signedIn(response);
      const wait = await limits.count(request.ip ?? '', email);
      if (wait > 0) {
        response.set('Retry-After', String(wait));
        const text = `Too many attempts. Try again in ${plural(Math.ceil(wait / 60), 'minute')}.`;
        throw new TooManyTries({ proof_password: text });
      }
      if (!(await isPasswordOf(database.em, id, password))) {
        await recordSessionEvent(database.em, userActor(id), 'user.proof_failed', id, { by: 'password' });
        throw new InvalidInput({ proof_password: "That isn't your password." });
      }
      await limits.forget(request.ip ?? '', email);
    },
  };
}
