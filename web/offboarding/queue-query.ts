import { z } from 'zod';
import { type LookAhead, lookAheadFrom } from '../../domain/offboarding/queue.ts';
import {
  type QueueQuery,
  queueColumns,
  queueGroupNames,
  queueGroups,
  queueMarkNames,
  queueMarks,
  soonestFirst,
} from '../../domain/offboarding/queue-groups.ts';
import { sortFrom, sortText } from '../../domain/sorting.ts';

/** A text to search for; empty when nothing usable was sent. PostgreSQL refuses zero bytes. */
const searchText = z
  .preprocess((sent) => (Array.isArray(sent) ? sent[0] : sent), z.string().catch(''))
  .transform((text) => text.replaceAll('\0', '').trim().slice(0, 200));

/** The parameters of the queue. Unknown values are ignored. */
const parameters = z.object({
  window: searchText,
  show: z.enum(queueGroupNames).nullable().catch(null),
  department: searchText,
  manager: searchText,
  owner: searchText,
  with: z.enum(queueMarkNames).nullable().catch(null),
  sort: searchText.transform((text) => sortFrom(text, queueColumns) ?? soonestFirst),
});

/**
 * Reads what the queue shows from an address or a form, for a reader. Without a look-ahead the remembered one counts, and
 * the owner `me` is the reader.
 */
export function queueQueryIn(sent: unknown, reader: { id: number; lookAhead: LookAhead | null }): QueueQuery {
  const { window, show, owner, with: mark, ...narrowing } = parameters.parse(sent ?? {});
  const lookAhead = lookAheadFrom(window, reader.lookAhead);
  return { lookAhead, group: show, owner: ownerFrom(owner, reader.id), mark, ...narrowing };
}

function ownerFrom(text: string, readerId: number): QueueQuery['owner'] {
  if (text === 'me') return readerId;
  if (text === 'none') return text;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

/** The group and the filters of a query in words, without the group Overdue. `owner` is the name of the owner. */
export function filterWords(
  { group, department, manager, owner: ownedBy, mark }: QueueQuery,
  owner: string | null,
): string[] {
  return [
    group === null || group === 'overdue' ? null : `group “${queueGroups[group]}”`,
    department === '' ? null : `department “${department}”`,
    manager === '' ? null : `manager “${manager}”`,
    ownedBy === null ? null : ownedBy === 'none' ? 'no owner' : `owner “${owner ?? 'unknown'}”`,
    mark === null ? null : `“${queueMarks[mark]}”`,
  ].filter((words) => words !== null);
}

/** The parameters of an address that shows this view of the queue. */
export const queueParameters = ({
  lookAhead,
  group,
  department,
  manager,
  owner,
  mark,
  sort,
}: QueueQuery) => ({
  window: lookAhead,
  show: group,
  department,
  manager,
  owner,
  with: mark,
  sort: sortText(sort) === sortText(soonestFirst) ? null : sortText(sort),
});
