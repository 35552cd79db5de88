import { z } from 'zod';
import { type LookAhead, lookAheadFrom } from '../../domain/offboarding/queue.ts';
import {
  type QueueQuery,
  queueColumns,
  queueGroupNames,
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
  sort: searchText.transform((text) => sortFrom(text, queueColumns) ?? soonestFirst),
});

/** Reads what the queue shows from an address or a form. Without a look-ahead the remembered one counts. */
export function queueQueryIn(sent: unknown, remembered: LookAhead | null): QueueQuery {
  const { window, show, ...narrowing } = parameters.parse(sent ?? {});
  return { lookAhead: lookAheadFrom(window, remembered), group: show, ...narrowing };
}

/** The parameters of an address that shows this view of the queue. */
export const queueParameters = ({ lookAhead, group, department, manager, sort }: QueueQuery) => ({
  window: lookAhead,
  show: group,
  department,
  manager,
  sort: sortText(sort) === sortText(soonestFirst) ? null : sortText(sort),
});
