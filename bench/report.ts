import type { Durations } from './clock.ts';

/** A line of the table: Lastday's figure, and the limit that was measured in the same run. */
export interface Row {
  what: string;
  /** Durations, or a number per second. */
  ours: Durations | number;
  limit?: Durations | number;
  limitIs?: string;
  /** Goal: at most this many times the limit (for durations at p50). */
  atMost?: number;
  /** Goal: at least this many times the limit (for throughput). */
  atLeast?: number;
  /** Goal: at most this many milliseconds at p95, more than the limit if there is one. */
  p95Within?: number;
  /** Goal: at most this many milliseconds, at p50. */
  p50Within?: number;
  unit?: string;
}

/** Whether a row reaches all of its goals. */
export function reaches({ ours, limit, atMost, atLeast, p95Within, p50Within }: Row): boolean {
  const ratio = ratioOf(ours, limit);
  return (
    (atMost === undefined || ratio === null || ratio <= atMost) &&
    (atLeast === undefined || ratio === null || ratio >= atLeast) &&
    (p95Within === undefined || isNumber(ours) || ours.p95 - p95Of(limit) <= p95Within) &&
    (p50Within === undefined || isNumber(ours) || ours.p50 <= p50Within)
  );
}

/** The table as text. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    figure(row.ours, row.unit),
    row.limit === undefined ? '' : `${figure(row.limit, row.unit)} (${row.limitIs})`,
    ratioOf(row.ours, row.limit)?.toFixed(2) ?? '',
    goalOf(row),
    goalOf(row) === '' ? '' : reaches(row) ? 'yes' : 'NO',
  ]);
  const head = ['what', 'Lastday', 'limit beside it', 'ratio', 'goal', 'reached'];
  return [head, head.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

const isNumber = (figure: Durations | number | undefined): figure is number | undefined =>
  typeof figure !== 'object';

const p95Of = (limit: Durations | number | undefined): number => (isNumber(limit) ? 0 : limit.p95);

function ratioOf(ours: Durations | number, limit: Durations | number | undefined): number | null {
  if (limit === undefined) return null;
  if (typeof ours === 'number') return typeof limit === 'number' ? ours / limit : null;
  return typeof limit === 'number' ? null : ours.p50 / limit.p50;
}

const figure = (value: Durations | number, unit = '/s') =>
  typeof value === 'number'
    ? `${value.toFixed(1)}${unit}`
    : `${value.p50.toFixed(1)} / ${value.p95.toFixed(1)} ms`;

function goalOf({ limit, atMost, atLeast, p95Within, p50Within }: Row): string {
  return [
    atMost !== undefined && `≤ ${atMost} ×`,
    atLeast !== undefined && `≥ ${atLeast} ×`,
    p95Within !== undefined && `≤ ${p95Within} ms ${limit === undefined ? '' : 'more '}at p95`,
    p50Within !== undefined && `< ${p50Within} ms at p50`,
  ]
    .filter(Boolean)
    .join(', ');
}
