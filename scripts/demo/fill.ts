import { changeWithin } from '../../database/core/change.ts';
import type { Database, EntityManager } from '../../database/core/orm.ts';
import { workspaceOf } from '../../database/core/workspace.ts';
import { User } from '../../database/entities/index.ts';
import { applyUserChanges } from '../../database/people/users.ts';
import { type Actor, userActor } from '../../domain/actor.ts';
import { addDays, todayIn } from '../../domain/dates.ts';
import { makeCompany, type Size, writeCompany } from './company.ts';
import { connectDirectory } from './directory.ts';
import { reserveIds } from './insert.ts';
import { makePeople } from './people.ts';
import { seed } from './random.ts';
import { type AssignedScenario, addressesOfScenarios, assignScenarios } from './scenarios.ts';

const workspace = { name: 'Halden Robotics', timeZone: 'UTC' };
const people = 120;
const size: Size = { devices: 200, handedOut: 156, seats: 400, requests: 25, open: 14 };

/** Every demo has the same people and things because of this seed. Its dates are relative to the current day. */
const demoSeed = 20_261_124;

/**
 * Fills a database without users with a demo company: people, their items, years of history, leavers in the typical
 * scenarios, and two people who were marked as offboarded too early. It is one transaction, and the calls of a directory after it. Returns the number of
 * people, or null, without a change, when the database has users.
 */
export async function fillDemo({ em }: Database, now = new Date()): Promise<number | null> {
  seed(demoSeed);
  const isEmpty = await em.fork().transactional(async (transaction) => {
    if ((await transaction.count(User)) > 0) return false;
    const assigned = await createCompany(transaction, now);
    await setLastDays(transaction, assigned, now);
    return true;
  });
  if (!isEmpty) return null;
  await connectDirectory(em, now);
  return people;
}

async function createCompany(em: EntityManager, now: Date): Promise<AssignedScenario[]> {
  em.assign(await workspaceOf(em), workspace);
  const ids = await reserveIds(em, 'users', people);
  const everybody = makePeople(ids, todayIn(workspace.timeZone, now), addressesOfScenarios());
  const assigned = assignScenarios(everybody);
  const fixed = new Map(assigned.flatMap(({ person, has }) => (has ? [[person.id, has] as const] : [])));
  const company = await makeCompany(
    em,
    everybody,
    size,
    { now, actor: actorOf(assigned, 'it-admin') },
    fixed,
  );
  await writeCompany(em, company);
  return assigned;
}

/** Uses the same function as HR's changes, which also creates offboardings, reminders and outbox rows. */
async function setLastDays(
  em: EntityManager,
  assigned: readonly AssignedScenario[],
  now: Date,
): Promise<void> {
  const today = todayIn(workspace.timeZone, now);
  for (const { person, leavesIn, markedOffboarded } of assigned) {
    if (leavesIn === null) continue;
    const endDate = addDays(today, leavesIn);
    const changes = markedOffboarded ? { endDate, status: 'offboarded' as const } : { endDate };
    await changeWithin(em, person.id, actorOf(assigned, 'admin'), (change) =>
      applyUserChanges(change, changes, now),
    );
  }
}

const actorOf = (assigned: readonly AssignedScenario[], role: string): Actor =>
  userActor(assigned.find(({ person }) => person.role === role)!.person.id);
