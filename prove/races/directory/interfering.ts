import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../../database/core/orm.ts';
import { erasePerson } from '../../../database/people/erasure.ts';
import { mergePeople } from '../../../database/people/merging/merge.ts';
import { Refusal } from '../../../domain/failures.ts';
import type { Random } from '../../random.ts';
import type { ProvisionedCompany } from './provisioned.ts';

/** Merges the second records, and erases people as soon as they have completed, until `isOver`. Returns how often. */
export async function mergeAndErase(
  { em }: Database,
  random: Random,
  { people, duplicates }: ProvisionedCompany,
  isOver: () => boolean,
): Promise<{ merged: number; erased: number }> {
  const counts = { merged: 0, erased: 0 };
  const left = [...duplicates];
  const orRefused = async <T>(work: Promise<T>): Promise<T | false> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  };
  while (!isOver()) {
    await pause(100 + random.below(400));
    const [next] = left;
    if (next !== undefined && random.percent(40)) {
      if (await orRefused(mergePeople(em, 'system', next.goneId, next.keptId))) counts.merged++;
      left.shift();
    } else if (await orRefused(erasePerson(em, 'system', random.pick(people)))) counts.erased++;
  }
  return counts;
}
