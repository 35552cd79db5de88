/** The facts that are not what the row says already; a fact left out (undefined) is no news. */
export function differences<Facts extends object>(
  row: { [Name in keyof Facts]?: unknown },
  facts: Facts,
): Partial<Facts> {
  const names = Object.keys(facts) as (keyof Facts)[];
  const news = names.filter((name) => facts[name] !== undefined && facts[name] !== (row[name] ?? null));
  return Object.fromEntries(news.map((name) => [name, facts[name]])) as Partial<Facts>;
}
