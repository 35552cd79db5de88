import type { AssetStatus, ReturnCondition } from '../../domain/assets.ts';
import { makeDevice } from './devices.ts';
import type { Person } from './people.ts';
import { intBetween, oneIn, pick } from './random.ts';
import type { AssetRow, AssignmentRow, DemoContext } from './rows.ts';
import { daysBefore, morningOf, timeBetween } from './times.ts';

interface Hardware {
  assets: AssetRow[];
  assignments: AssignmentRow[];
}

/**
 * A device for each asset id: first the assigned ones, as many as `held` has for each person, then those in stock, in
 * repair, retired or lost, most with a former assignment. Uses at most as many assignment ids as asset ids.
 */
export function makeHardware(
  { assetIds, assignmentIds }: { assetIds: readonly number[]; assignmentIds: readonly number[] },
  people: readonly Person[],
  held: ReadonlyMap<number, number>,
  context: DemoContext,
): Hardware {
  const assets: AssetRow[] = [];
  const assignments: AssignmentRow[] = [];
  for (const person of people) {
    for (let i = 0; i < (held.get(person.id) ?? 0); i++) handOut(person, i === 0);
  }
  while (assets.length < assetIds.length) addUnheld(oneIn(3));
  return { assets, assignments };

  function handOut(person: Person, first: boolean) {
    const assignedAt = timeOfHandOut(person, first);
    const asset = addAsset(first, 'assigned', whereabouts(person), daysBefore(assignedAt, someDays()));
    addAssignment(asset, person, assignedAt);
  }

  function addUnheld(laptop: boolean) {
    const person = pick(people);
    const status = pick(unheldStatuses);
    const hadHolder = status === 'lost' || !oneIn(5);
    const assignedAt = hadHolder ? timeOfHandOut(person, false) : context.now;
    const location = status === 'lost' ? null : `${person.city}, storeroom`;
    const asset = addAsset(laptop, status, location, daysBefore(assignedAt, someDays()));
    if (hadHolder) giveBack(asset, addAssignment(asset, person, assignedAt));
  }

  function addAsset(
    laptop: boolean,
    status: AssetStatus,
    location: string | null,
    createdAt: Date,
  ): AssetRow {
    const device = makeDevice(assetIds[assets.length]!, laptop);
    const asset: AssetRow = { ...device, location, status, condition: null, createdAt };
    assets.push(asset);
    const details = { assetId: asset.id, tag: asset.tag };
    context.audit.push({
      at: createdAt,
      actor: context.actor,
      action: 'asset.created',
      userId: null,
      details,
    });
    return asset;
  }

  function addAssignment(asset: AssetRow, { id: userId }: Person, assignedAt: Date): AssignmentRow {
    const id = assignmentIds[assignments.length]!;
    const assignment = {
      id,
      assetId: asset.id,
      userId,
      assignedAt,
      returnedAt: null,
      condition: null,
      note: null,
    };
    assignments.push(assignment);
    const details = { assetId: asset.id, tag: asset.tag, assignmentId: id };
    context.audit.push({ at: assignedAt, actor: context.actor, action: 'asset.assigned', userId, details });
    return assignment;
  }

  function giveBack(asset: AssetRow, assignment: AssignmentRow) {
    const { condition, note } = returns[asset.status as UnheldStatus];
    assignment.returnedAt = timeBetween(assignment.assignedAt, context.now);
    assignment.condition = condition;
    assignment.note = note;
    asset.condition = condition;
    context.audit.push({
      at: assignment.returnedAt,
      actor: context.actor,
      action: asset.status === 'lost' ? 'asset.lost' : 'asset.recovered',
      userId: assignment.userId,
      details: {
        assetId: asset.id,
        tag: asset.tag,
        assignmentId: assignment.id,
        condition,
        nextStatus: asset.status,
        note,
      },
    });
  }

  /** The first device is often assigned on the first day, the others later. */
  function timeOfHandOut({ startDate }: Person, first: boolean): Date {
    const firstDay = morningOf(startDate);
    return first && oneIn(2) ? firstDay : timeBetween(firstDay, context.now);
  }
}

const someDays = () => intBetween(3, 40);

const whereabouts = ({ city }: Person): string =>
  oneIn(6) ? `${city}, home office` : `${city}, floor ${intBetween(1, 6)}`;

type UnheldStatus = Exclude<AssetStatus, 'assigned'>;

/** Each status as often as in a real inventory. */
const unheldStatuses: readonly UnheldStatus[] = [
  ...Array<UnheldStatus>(11).fill('in_stock'),
  ...Array<UnheldStatus>(4).fill('in_repair'),
  ...Array<UnheldStatus>(3).fill('retired'),
  'lost',
];

const returns: Record<UnheldStatus, { condition: ReturnCondition | null; note: string | null }> = {
  in_stock: { condition: 'good', note: null },
  in_repair: { condition: 'damaged', note: 'Does not charge' },
  retired: { condition: 'worn', note: null },
  lost: { condition: null, note: 'Left on a train, reported to the police' },
};
