import { z } from 'zod';
import type { EntityManager } from '../../database/core/orm.ts';
import type { User } from '../../database/entities/index.ts';
import { type FoundPerson, searchPeople } from '../../database/people/people-search.ts';
import { idOfPersonExactly } from '../../database/people/user-list.ts';
import type { NewUser, UserFields } from '../../database/people/users.ts';
import { InvalidInput } from '../../domain/failures.ts';
import { type Edit, editedIn, type Loaded, loadedOf, readNamed } from '../http/forms/edit-form.ts';
import { idField, optionalText } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import type { FormValues } from '../http/pages/page-note.ts';
import { externalId, userFields } from './user-fields.ts';

const personForm = userFields.extend({
  externalId: externalId(),
  /** The manager as typed: a name, an e-mail address or an external id. */
  manager: optionalText(400),
  /** What was typed when the choices were offered. */
  managerSearched: optionalText(400),
  /** The manager, chosen. */
  managerId: z.preprocess((value) => (value === '' ? undefined : value), idField().optional()),
});

/** The fields of a new person. Throws InvalidInput. */
export async function readNewUser(em: EntityManager, body: unknown): Promise<NewUser> {
  const { managerSearched, manager, managerId, ...fields } = readForm(
    personForm.partial({ status: true }),
    body,
  );
  return { ...fields, managerId: await managerFrom(em, { managerSearched, manager, managerId }) };
}

/** What was edited in the form of a person. Throws InvalidInput. */
export async function readUserEdit(em: EntityManager, body: FormValues): Promise<Edit<UserFields>> {
  const seen = loadedOf(body);
  const edited = editedIn(body, textsOf(seen, body));
  const { managerSearched, manager, managerId, ...changes } = readNamed(personForm, edited);
  const namesManager = manager !== undefined || managerId !== undefined || body.managerId === '';
  if (!namesManager) return { changes, seen };
  const chosen = await managerFrom(em, { managerSearched, manager, managerId });
  return { changes: { ...changes, managerId: chosen }, seen };
}

/** What the form showed as text. A manager who was chosen was chosen for the text beside, edited or not. */
function textsOf({ managerId: _, manager, ...texts }: Loaded, body: FormValues): Loaded {
  return manager === undefined || body.managerId ? texts : { ...texts, manager };
}

interface NamedManager {
  manager?: string | null | undefined;
  managerSearched?: string | null | undefined;
  managerId?: number | undefined;
}

/** A choice counts as long as what was typed is what it was offered for. */
async function managerFrom(
  em: EntityManager,
  { manager, managerSearched, managerId }: NamedManager,
): Promise<number | null> {
  const stillThatSearch = manager === undefined || manager === managerSearched || !managerSearched;
  if (managerId !== undefined && stillThatSearch) return managerId;
  return manager ? personNamed(em, manager) : null;
}

/** The one person that a text names: exactly, or as the only one it fits. Throws InvalidInput. */
async function personNamed(em: EntityManager, typed: string): Promise<number> {
  const wanted = /<([^<>]+)>\s*$/.exec(typed)?.[1] ?? typed;
  const exactly = await idOfPersonExactly(em, wanted);
  if (exactly !== null) return exactly;
  const { people, hasMore } = await searchPeople(em, wanted);
  const [first] = people;
  if (first === undefined) {
    throw new InvalidInput({ manager: 'Nobody has this name, e-mail address or external id.' });
  }
  if (people.length > 1 || hasMore) {
    throw new InvalidInput({ manager: 'Several people fit. Choose one below, or type more.' });
  }
  return first.id;
}

/** Whom to offer when what was typed as the manager fits several. */
export async function managerChoices(em: EntityManager, values: FormValues): Promise<FoundPerson[]> {
  return values.manager ? (await searchPeople(em, String(values.manager))).people : [];
}

/** A person as one line that names nobody else: what the field of the manager shows and understands. */
export const personLine = (person: { name: string; email: string }) => `${person.name} <${person.email}>`;

/** The fields of the form for a person as they are. */
export const valuesOf = (user: User, manager: User | null) => ({
  name: user.name,
  email: user.email,
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
