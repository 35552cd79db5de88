import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { decideAddress, decidePerson, questionById } from '../../database/directory/decisions.ts';
import { userById } from '../../database/people/users.ts';
import { NotFound } from '../../domain/failures.ts';
import { choice, idField } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { type Alert, done } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { directoryAddress } from './address.ts';

const personForm = z.object({
  who: z.union([z.literal('new').transform(() => null), idField()], {
    error: 'Choose one of the people, or a new person.',
  }),
});
const addressForm = z.object({ answer: choice(['change', 'keep']) });

/** What a directory stated and a super-admin decides: who someone is, and the email of someone with a role. */
export const questionPages = ({ database: { em } }: Services) => {
  const decideWho: RequestHandler = async (request, response) => {
    const id = idIn(request, 'questionId', 'question');
    const { who } = readForm(personForm, request.body);
    const message = await unlessDecided(() => decidedPerson(response, id, who));
    return done(request, response, directoryAddress, message);
  };

  async function decidedPerson(response: Response, id: number, who: number | null): Promise<string> {
    const { name } = await questionById(em, id, 'person');
    await decidePerson(em, actorOf(response), id, who);
    if (who === null) return `${name} is a new person. The directory's next call adds them.`;
    const person = await userById(em, who);
    return `${name} in the directory is ${person.name}. The directory's next call links them.`;
  }

  const decideEmail: RequestHandler = async (request, response) => {
    const id = idIn(request, 'questionId', 'question');
    const { answer } = readForm(addressForm, request.body);
    const message = await unlessDecided(() => decidedEmail(response, id, answer === 'change'));
    return done(request, response, directoryAddress, message);
  };

  async function decidedEmail(response: Response, id: number, isAccepted: boolean): Promise<string> {
    const { candidates } = await questionById(em, id, 'address');
    await decideAddress(em, actorOf(response), id, isAccepted);
    const { name, email } = await userById(em, candidates[0]!);
    return isAccepted ? `${name}'s email is now ${email}.` : `${name} keeps ${email}.`;
  }

  return { decideWho, decideEmail };
};

/** The message of a decision. A question that someone else has decided meanwhile is no error. */
async function unlessDecided(decide: () => Promise<string>): Promise<string | Alert> {
  try {
    return await decide();
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    return { tone: 'info', text: 'Already decided. Nothing was changed.' };
  }
}
