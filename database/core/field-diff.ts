import type { AuditDetails } from '../../domain/audit.ts';
import { ChangedMeanwhile } from '../../domain/failures.ts';

/** The fields of `facts` that differ from the row. An undefined field never differs. */
export function fieldDiff<Facts extends object>(
  row: { [Name in keyof Facts]?: unknown },
  facts: Facts,
): Partial<Facts> {
  const names = Object.keys(facts) as (keyof Facts)[];
  const changed = names.filter((name) => facts[name] !== undefined && facts[name] !== (row[name] ?? null));
  return Object.fromEntries(changed.map((name) => [name, facts[name]])) as Partial<Facts>;
}

/** The details of an audit entry: the changed fields, and their values before and after. */
export function changedFields<Facts extends object>(
  row: { [Name in keyof Facts]?: unknown },
  changes: Partial<Facts>,
): AuditDetails {
  const names = Object.keys(changes) as (keyof Facts & string)[];
  return {
    fields: names,
    from: names.map((name) => String(row[name] ?? '')),
    to: names.map((name) => String(changes[name] ?? '')),
  };
}

/** The values that the user saw before asking for a change. An undefined field is not checked. */
export type Seen<Facts> = { readonly [Name in keyof Facts]?: unknown };

/** Throws ChangedMeanwhile for fields whose stored value is neither the one seen nor the one wanted. */
export function refuseStale<Facts extends object>(
  row: { [Name in keyof Facts]?: unknown },
  facts: Facts,
  seen: Seen<Facts>,
): void {
  const names = Object.keys(fieldDiff(row, facts)) as (keyof Facts & string)[];
  const stale = names.filter((name) => seen[name] !== undefined && seen[name] !== (row[name] ?? null));
  if (stale.length > 0) throw new ChangedMeanwhile(stale);
}
