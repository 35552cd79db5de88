import { changeWithin } from '../../database/core/change.ts';
import type { Database, EntityManager } from '../../database/core/orm.ts';
import { workspaceOf } from '../../database/core/workspace.ts';
import { User } from '../../database/entities/index.ts';
import { applyUserChanges } from '../../database/people/users.ts';
import { type Actor, userActor } from '../../domain/actor.ts';
import { addDays, todayIn } from '../../domain/dates.ts';
import { makeCompany, type Size, writeCompany } from './company.ts';
import { reserveIds } from './insert.ts';
import { makePeople } from './people.ts';
import { seed } from './random.ts';
import { addressesOfScenarios, type Lived, playScenarios } from './scenarios.ts';

const workspace = { name: 'Halden Robotics', timeZone: 'UTC' };
const people = 120;
const size: Size = { devices: 200, handedOut: 156, seats: 400, requests: 25, open: 14 };

/** With this every demo has the same people and things; its dates lie around the day it is made. */
const choices = 20_261_124;

/**
 * Fills a database without users with a company to try Lastday on: people and what they hold, with years of history,
 * leavers with the stories that matter, and two people who were marked offboarded too early. All of it or nothing.
 * Returns how many people there are, or null when there were users already and nothing was done.
 */
export function fillDemo({ em }: Database, now = new Date()): Promise<number | null> {
  seed(choices);
  return em.fork().transactional(async (transaction) => {
    if ((await transaction.count(User)) > 0) return null;
    const lived = await settle(transaction, now);
    await leave(transaction, lived, now);
    return people;
  });
}

async function settle(em: EntityManager, now: Date): Promise<Lived[]> {
  em.assign(await workspaceOf(em), workspace);
  const ids = await reserveIds(em, 'users', people);
  const everybody = makePeople(ids, todayIn(workspace.timeZone, now), addressesOfScenarios());
  const lived = playScenarios(everybody);
  const fixed = new Map(lived.flatMap(({ person, has }) => (has ? [[person.id, has] as const] : [])));
  const company = await makeCompany(em, everybody, size, { now, actor: actorOf(lived, 'it-admin') }, fixed);
  await writeCompany(em, company);
  return lived;
}

/** By what HR's own entries go through: offboardings, reminders and outbox rows come of themselves. */
async function leave(em: EntityManager, lived: readonly Lived[], now: Date): Promise<void> {
  const today = todayIn(workspace.timeZone, now);
  for (const { person, leavesIn, markedOffboarded } of lived) {
    if (leavesIn === null) continue;
    const endDate = addDays(today, leavesIn);
    const changes = markedOffboarded ? { endDate, status: 'offboarded' as const } : { endDate };
    await changeWithin(em, person.id, actorOf(lived, 'admin'), (change) =>
      applyUserChanges(change, changes, now),
    );
  }
}

const actorOf = (lived: readonly Lived[], role: string): Actor =>
  userActor(lived.find(({ person }) => person.role === role)!.person.id);
