import type { RequestOutcome, RequestStatus } from '../../domain/offboarding/checklist.ts';
import type { Person } from './people.ts';
import { oneIn, pick } from './random.ts';
import type { AuditRow, DemoContext, RequestRow } from './rows.ts';
import { daysBefore, timeBetween } from './times.ts';

const requestTemplates: readonly (readonly [item: string, reason: string])[] = [
  ['27-inch monitor', 'I work with two editors side by side'],
  ['Standing desk', 'My back, on doctor’s advice'],
  ['Ergonomic keyboard', 'My wrists hurt after long days'],
  ['Noise-cancelling headset', 'The open space is loud on release days'],
  ['MacBook Pro 16-inch', 'Builds take forty minutes on the old one'],
  ['iPad for demos', 'Customers want to touch it'],
  ['USB-C dock', 'Four adapters hang from my laptop'],
  ['Company phone', 'I am on call from next month'],
  ['Conference camera', 'No one can see the people at the far end of the table'],
];

const outcomes: Record<RequestOutcome, string> = {
  fulfilled: 'Handed over at the IT desk',
  rejected: 'Not in this year’s budget',
  cancelled: 'No longer needed',
};

/** One request for each id. `open` has the number of open requests of each person; the others are resolved. */
export function makeRequests(
  ids: readonly number[],
  people: readonly Person[],
  open: ReadonlyMap<number, number>,
  context: DemoContext,
): RequestRow[] {
  const waiting = people.flatMap(({ id }) => Array<number>(open.get(id) ?? 0).fill(id));
  return ids.map((id, index) => {
    const userId = waiting[index] ?? pick(people).id;
    const request =
      index < waiting.length ? makeOpen(id, userId, context) : makeResolved(id, userId, context);
    context.audit.push(...historyOf(request, context));
    return request;
  });
}

function makeOpen(id: number, userId: number, { now }: DemoContext): RequestRow {
  const request = makeRequest(id, userId, 'pending', timeBetween(daysBefore(now, 45), now));
  return oneIn(2) ? approved(request, now) : request;
}

function makeResolved(id: number, userId: number, { now }: DemoContext): RequestRow {
  const request = makeRequest(id, userId, 'pending', timeBetween(daysBefore(now, 55), daysBefore(now, 20)));
  const status = pick(['fulfilled', 'fulfilled', 'rejected', 'cancelled'] as const);
  const answered = status === 'fulfilled' ? approved(request, daysBefore(now, 10)) : request;
  const resolvedAt = timeBetween(answered.approvedAt ?? answered.createdAt, now);
  return { ...answered, status, resolvedAt, note: outcomes[status] };
}

const approved = (request: RequestRow, before: Date): RequestRow => ({
  ...request,
  status: 'approved',
  approvedAt: timeBetween(request.createdAt, before),
});

function makeRequest(id: number, userId: number, status: RequestStatus, createdAt: Date): RequestRow {
  const [item, reason] = pick(requestTemplates);
  return {
    id,
    userId,
    item,
    reason,
    status,
    createdAt,
    approvedAt: null,
    resolvedAt: null,
    note: null,
  };
}

function historyOf(request: RequestRow, { actor }: DemoContext): AuditRow[] {
  const { id: requestId, userId, item, status: outcome, note } = request;
  const about = { userId, details: { requestId, item } };
  const history: AuditRow[] = [
    { at: request.createdAt, actor: `user:${userId}`, action: 'request.created', ...about },
  ];
  if (request.approvedAt)
    history.push({ at: request.approvedAt, actor, action: 'request.approved', ...about });
  if (request.resolvedAt) {
    const details = { ...about.details, outcome, note };
    history.push({ at: request.resolvedAt, actor, action: 'request.resolved', userId, details });
  }
  return history;
}
