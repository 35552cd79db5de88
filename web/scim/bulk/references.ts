import { ScimError } from '../http/scim-error.ts';
import { isObject } from '../resource/value.ts';
import type { BulkOperation } from './bulk-message.ts';

/** The ids of the resources that a job has made, by bulkId. Null for one that could not be made. */
export type MadeIds = Map<string, string | null>;

const reference = /bulkId:([^/"\]\s]+)/g;

/** The bulkIds that an operation refers to: in its path, and in the texts of its data. */
function referencesOf({ path, data }: BulkOperation): Set<string> {
  const found = new Set<string>();
  const look = (text: string) => {
    for (const [, bulkId] of text.matchAll(reference)) found.add(bulkId!);
    return text;
  };
  mapTexts([path, data], look);
  return found;
}

/** The operation with ids instead of its references. Throws a 409 for one that the job does not make. */
export function resolved(operation: BulkOperation, made: MadeIds): BulkOperation {
  const replace = (text: string) =>
    text.replaceAll(reference, (_whole, bulkId: string) => {
      const id = made.get(bulkId);
      if (id) return id;
      throw new ScimError(409, `There's no resource for bulkId:${bulkId.slice(0, 100)}.`);
    });
  const [path, data] = mapTexts([operation.path, operation.data], replace) as [string, unknown];
  return { ...operation, path, data };
}

/** A copy with every text changed. The body was checked for its depth. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, mapTexts(inside, change)]));
}

/**
 * The order in which the operations are done: as they came, but each after those that it refers to. Of operations that
 * refer to each other, the one that comes first is refused.
 */
export function orderOf(operations: readonly BulkOperation[]): BulkOperation[] {
  const makers = new Map(operations.map((operation) => [operation.bulkId, operation]));
  const begun = new Set<BulkOperation>();
  const order: BulkOperation[] = [];
  const place = (operation: BulkOperation) => {
    if (begun.has(operation)) return;
    begun.add(operation);
    for (const bulkId of referencesOf(operation)) {
      const maker = makers.get(bulkId);
      if (maker !== undefined) place(maker);
    }
    order.push(operation);
  };
  for (const operation of operations) place(operation);
  return order;
}
