import type pg from 'pg';
import { requestOutcomes } from '../../domain/offboarding/checklist.ts';
import type { Random } from '../random.ts';
import { daysAhead, type Fixture } from './fixture.ts';
import type { Client, Operation, OperationKind } from './operation.ts';
import type { Entry } from './trail.ts';

/** Weights of the operations: in the first half people get items, in the second they lose them and leave. */
const early: Record<OperationKind, number> = {
  assign: 18,
  recover: 16,
  'give-seat': 12,
  revoke: 14,
  request: 10,
  approve: 5,
  resolve: 12,
  'end-date': 5,
  manager: 8,
  cancel: 2,
  complete: 6,
  'undo-assign': 5,
  'undo-recover': 4,
  'undo-revoke': 4,
  'undo-resolve': 4,
};
const late: Record<OperationKind, number> = {
  assign: 4,
  recover: 24,
  'give-seat': 2,
  revoke: 26,
  request: 2,
  approve: 1,
  resolve: 22,
  'end-date': 2,
  manager: 6,
  cancel: 1,
  complete: 20,
  'undo-assign': 1,
  'undo-recover': 2,
  'undo-revoke': 2,
  'undo-resolve': 2,
};

/** Chooses the next operation of a client from its kinds. `progress` goes from 0 to 1 during a race. */
export async function chooseOperation(
  random: Random,
  pool: pg.Pool,
  company: Fixture,
  progress: number,
  { kinds, actor }: Pick<Client, 'kinds' | 'actor'>,
): Promise<Operation> {
  const weights = Object.entries(progress < 0.5 ? early : late) as [OperationKind, number][];
  const possible = weights.filter(([kind]) => kinds.includes(kind));
  const kind = random.weighted(Object.fromEntries(possible) as Record<OperationKind, number>);
  const userId = random.pick(company.people);
  switch (kind) {
    case 'assign':
      return { kind, userId, assetId: random.pick(company.assets) };
    case 'recover':
      return { kind, assetId: random.pick(company.assets) };
    case 'give-seat':
      return { kind, userId, licenseId: random.pick(company.licenses) };
    case 'request':
    case 'cancel':
    case 'complete':
      return { kind, userId };
    case 'manager': {
      const others = company.people.filter((id) => id !== userId);
      return { kind, userId, managerId: random.pick([...others, null]) };
    }
    case 'end-date':
      return { kind, userId, date: random.percent(30) ? null : daysAhead(random.below(4) * 7) };
    case 'revoke':
      return withOne(
        random,
        await latest(pool, seats, company),
        (seat) => ({ kind, seatId: seat.id, userId: seat.userId }),
        userId,
      );
    case 'approve':
      return withOne(
        random,
        await latest(pool, requests, company),
        (request) => ({ kind, requestId: request.id, userId: request.userId }),
        userId,
      );
    case 'resolve':
      return withOne(
        random,
        await latest(pool, requests, company),
        (request) => {
          const outcome = random.pick(requestOutcomes);
          const assetId = outcome === 'fulfilled' && random.percent(50) ? random.pick(company.assets) : null;
          return { kind, requestId: request.id, userId: request.userId, outcome, assetId };
        },
        userId,
      );
    case 'undo-assign':
    case 'undo-recover':
    case 'undo-revoke':
    case 'undo-resolve':
      return undoOfLastStep(random, pool, company, actor);
  }
}

/** Undoes one of the last steps: mostly the actor's own last one, because it must be recent, else someone else's. */
async function undoOfLastStep(
  random: Random,
  pool: pg.Pool,
  { people }: Fixture,
  actor: string,
): Promise<Operation> {
  const { rows } = await pool.query<Pick<Entry, 'action' | 'userId' | 'details'>>(
    `select action, user_id as "userId", details from audit_entries where user_id = any($1)
       and action in ('asset.assigned', 'asset.recovered', 'seat.revoked', 'request.resolved')
     order by (actor = $2) = $3 desc, id desc limit 1`,
    [people, actor, random.percent(80)],
  );
  const [step] = rows;
  if (step === undefined) return { kind: 'request', userId: random.pick(people) };
  const { userId } = step;
  const { assetId, assignmentId, seatId, licenseId, requestId } = step.details;
  switch (step.action) {
    case 'asset.assigned':
      return { kind: 'undo-assign', userId, assetId, assignmentId };
    case 'asset.recovered':
      return { kind: 'undo-recover', userId, assetId, assignmentId };
    case 'seat.revoked':
      return { kind: 'undo-revoke', userId, seatId, licenseId };
    default:
      return { kind: 'undo-resolve', userId, requestId };
  }
}

interface Item {
  id: number;
  userId: number;
}

const seats = `select id, user_id as "userId" from seats where user_id = any($1) order by live, id desc limit 3`;
const requests = `select id, user_id as "userId" from requests where user_id = any($1) order by live, id desc limit 3`;

/** Open items, and some closed ones. */
const latest = async (pool: pg.Pool, query: string, company: Fixture): Promise<Item[]> =>
  (await pool.query<Item>(query, [company.people])).rows;

/** Creates a request instead while the person has no item. */
const withOne = (
  random: Random,
  items: readonly Item[],
  operation: (item: Item) => Operation,
  userId: number,
): Operation => (items.length === 0 ? { kind: 'request', userId } : operation(random.pick(items)));
