import { z } from 'zod';
import type { EntityManager } from '../../database/core/orm.ts';
import type { User } from '../../database/entities/index.ts';
import { type FoundPerson, searchPeople } from '../../database/people/people-search.ts';
import { peopleNamedExactly } from '../../database/people/user-list.ts';
import type { NewUser, UserFields } from '../../database/people/users.ts';
import { cleanReference } from '../../domain/email.ts';
import { InvalidInput } from '../../domain/failures.ts';
import { cleanText } from '../../domain/text.ts';
import { twoFit } from '../../domain/wording/references.ts';
import { type Edit, editedIn, type Loaded, loadedOf, readNamed } from '../http/forms/edit-form.ts';
import { idField, optionalText } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import type { FormValues } from '../http/pages/page-note.ts';
import { externalId, userFields } from './user-fields.ts';

const personForm = userFields.extend({
  externalId: externalId(),
  /** The manager as typed: a name, an email or an external id. */
  manager: optionalText(400),
  /** The search text for which the choices were offered. */
  managerSearched: optionalText(400),
  /** The chosen manager. */
  managerId: z.preprocess((value) => (value === '' ? undefined : value), idField().optional()),
});

/** Reads the form of a new person. Throws InvalidInput. */
export async function readNewUser(em: EntityManager, body: unknown): Promise<NewUser> {
  const { managerSearched, manager, managerId, ...fields } = readForm(
    personForm.partial({ status: true }),
    body,
  );
  return { ...fields, managerId: await managerFrom(em, { managerSearched, manager, managerId }) };
}

/**
 * Reads the edited fields of the form of a person whose address is `email`. That one may be sent again although it would
 * be refused today. Throws InvalidInput.
 */
export async function readUserEdit(
  em: EntityManager,
  email: string | null,
  body: FormValues,
): Promise<Edit<UserFields>> {
  const seen = loadedOf(body);
  const edited = editedIn(body, { email, ...textsOf(seen, body) });
  const { managerSearched, manager, managerId, ...changes } = readNamed(personForm, edited);
  const namesManager = manager !== undefined || managerId !== undefined || body.managerId === '';
  if (!namesManager) return { changes, seen };
  const chosen = await managerFrom(em, { managerSearched, manager, managerId });
  return { changes: { ...changes, managerId: chosen }, seen };
}

/**
 * The texts that the form was loaded with. Leaves out the manager's when one was chosen, because the choice was made
 * for the text beside it.
 */
function textsOf({ managerId: _, manager, ...texts }: Loaded, body: FormValues): Loaded {
  return manager === undefined || body.managerId ? texts : { ...texts, manager };
}

interface NamedManager {
  manager?: string | null | undefined;
  managerSearched?: string | null | undefined;
  managerId?: number | undefined;
}

/** The chosen manager, unless the text was changed after the choices were offered. */
async function managerFrom(
  em: EntityManager,
  { manager, managerSearched, managerId }: NamedManager,
): Promise<number | null> {
  const stillThatSearch = manager === undefined || manager === managerSearched || !managerSearched;
  if (managerId !== undefined && stillThatSearch) return managerId;
  return manager ? personNamed(em, manager) : null;
}

/** The id of the person that a text names exactly, or else of the only match. Throws InvalidInput. */
async function personNamed(em: EntityManager, typed: string): Promise<number> {
  const address = /<([^<>]+)>\s*$/.exec(typed)?.[1];
  const wanted = address ?? typed;
  const reference = cleanReference(wanted);
  const exactly = 'text' in reference ? await peopleNamedExactly(em, reference.text) : [];
  const [one, other] = exactly;
  if (other !== undefined && address === undefined)
    throw new InvalidInput({ manager: twoFit(one!.name, other.name) });
  if (one !== undefined) return exactly.at(-1)!.id;
  const { people, hasMore } = await searchPeople(em, wanted);
  const [first] = people;
  if (first === undefined) {
    throw new InvalidInput({ manager: 'No one has this name, email or external ID.' });
  }
  if (people.length > 1 || hasMore) {
    throw new InvalidInput({ manager: 'Several people match. Choose one below, or type more.' });
  }
  return first.id;
}

/** The people to offer when the manager's text matches several. */
export async function managerChoices(em: EntityManager, values: FormValues): Promise<FoundPerson[]> {
  const typed = cleanText(String(values.manager ?? ''), 'line');
  return 'text' in typed ? (await searchPeople(em, typed.text)).people : [];
}

/** A person in one line, as the manager's field shows and accepts it: unambiguous by the address or the external id. */
function personLine({ name, email, externalId }: Pick<User, 'name' | 'email' | 'externalId'>): string {
  const reference = email ?? externalId;
  return reference ? `${name} <${reference}>` : name;
}

/** The values of a person's form, from the record. */
export const valuesOf = (user: User, manager: User | null) => ({
  name: user.name,
  email: user.email ?? null,
  externalId: user.externalId ?? null,
  department: user.department ?? null,
  jobTitle: user.jobTitle ?? null,
  startDate: user.startDate ?? null,
  endDate: user.endDate ?? null,
  timeZone: user.timeZone ?? null,
  status: user.status,
  manager: manager && personLine(manager),
  managerId: user.managerId ?? null,
});
