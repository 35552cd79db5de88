import type { AuditDetails } from '../../domain/audit.ts';
import { ChangedMeanwhile } from '../../domain/failures.ts';

/** The facts that are not what the row says already; a fact left out (undefined) is no news. */
export function fieldDiff<Facts extends object>(
  row: { [Name in keyof Facts]?: unknown },
  facts: Facts,
): Partial<Facts> {
  const names = Object.keys(facts) as (keyof Facts)[];
  const news = names.filter((name) => facts[name] !== undefined && facts[name] !== (row[name] ?? null));
  return Object.fromEntries(news.map((name) => [name, facts[name]])) as Partial<Facts>;
}

/** A change as the audit trail keeps it: which fields, and what they said before and after. */
export function changedFields<Facts extends object>(
  row: { [Name in keyof Facts]?: unknown },
  news: Partial<Facts>,
): AuditDetails {
  const names = Object.keys(news) as (keyof Facts & string)[];
  return {
    fields: names,
    from: names.map((name) => String(row[name] ?? '')),
    to: names.map((name) => String(news[name] ?? '')),
  };
}

/** What somebody saw in a row before they asked to change it; a field left out they did not look at. */
export type Seen<Facts> = { readonly [Name in keyof Facts]?: unknown };

/** Nobody overwrites what they have not seen: ChangedMeanwhile where the row says neither that nor what they want. */
export function refuseUnseen<Facts extends object>(
  row: { [Name in keyof Facts]?: unknown },
  facts: Facts,
  seen: Seen<Facts>,
): void {
  const names = Object.keys(fieldDiff(row, facts)) as (keyof Facts & string)[];
  const unseen = names.filter((name) => seen[name] !== undefined && seen[name] !== (row[name] ?? null));
  if (unseen.length > 0) throw new ChangedMeanwhile(unseen);
}
