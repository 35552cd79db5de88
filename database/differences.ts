import type { AuditDetails } from '../domain/audit.ts';

/** The facts that are not what the row says already; a fact left out (undefined) is no news. */
export function differences<Facts extends object>(
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
    before: names.map((name) => String(row[name] ?? '')),
    after: names.map((name) => String(news[name] ?? '')),
  };
}
