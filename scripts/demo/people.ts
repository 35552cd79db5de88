import type { Role } from '../../domain/access/permissions.ts';
import type { CalendarDate } from '../../domain/dates.ts';
import { type Department, departments, offices } from './departments.ts';
import type { Name } from './name-lists.ts';
import { someName } from './names.ts';
import { pick } from './random.ts';
import { startDateBefore } from './times.ts';

/** The domain of all addresses. Mail to `.example` is never delivered (RFC 2606). */
export const mailDomain = 'lastday.example';

/** The level of a person in the tree of managers. */
export type Seniority = 'chief' | 'head' | 'lead' | 'member';

/** A person of a made-up company. */
export interface Person {
  id: number;
  externalId: string;
  name: string;
  email: string;
  /** Null for the chief. */
  department: string | null;
  jobTitle: string;
  managerId: number | null;
  startDate: CalendarDate;
  timeZone: string | null;
  role: Role;
  city: string;
  seniority: Seniority;
}

const reportsEach = 7;

/**
 * One person for each id, each manager before their reports: a chief, below them the heads of the departments, and in
 * a department at most seven reports per manager. `taken` has the local parts of addresses that are in use.
 */
export function makePeople(ids: readonly number[], today: CalendarDate, taken: Set<string>): Person[] {
  const [chiefId, ...others] = ids;
  const chief = makePerson(chiefId!, null, 'CEO', 'chief', null);
  return [chief, ...sizes(others.length).flatMap(makeDepartment)];

  function makeDepartment({ department, from, size }: Sized): Person[] {
    const members = others.slice(from, from + size);
    return members.map((id, place) => {
      const managerId = place === 0 ? chief.id : members[Math.floor((place - 1) / reportsEach)]!;
      const seniority = seniorityAt(place, size);
      return makePerson(id, department.name, titleOf(department, seniority), seniority, managerId);
    });
  }

  function makePerson(
    id: number,
    department: string | null,
    jobTitle: string,
    seniority: Seniority,
    managerId: number | null,
  ): Person {
    const name = someName();
    const office = pick(offices);
    return {
      id,
      externalId: `E-${String(id).padStart(5, '0')}`,
      name: name.full,
      email: freeAddress(name, id, taken),
      department,
      jobTitle,
      managerId,
      startDate: startDateBefore(today),
      timeZone: office.timeZone,
      role: 'employee',
      city: office.city,
      seniority,
    };
  }
}

interface Sized {
  department: Department;
  from: number;
  size: number;
}

/** The size of each department. The first one also gets the remainder. */
function sizes(people: number): Sized[] {
  const shares = departments.reduce((sum, { share }) => sum + share, 0);
  const counts = departments.map(({ share }) => Math.floor((people * share) / shares));
  counts[0]! += people - counts.reduce((sum, count) => sum + count, 0);
  let from = 0;
  return departments.map((department, index) => {
    const size = counts[index]!;
    from += size;
    return { department, from: from - size, size };
  });
}

function seniorityAt(place: number, size: number): Seniority {
  if (place === 0) return 'head';
  return place * reportsEach + 1 < size ? 'lead' : 'member';
}

function titleOf({ head, lead, titles }: Department, seniority: Seniority): string {
  if (seniority === 'head') return head;
  return seniority === 'lead' ? lead : pick(titles);
}

/** Adds the id to an address that is already taken. */
function freeAddress({ latin }: Name, id: number, taken: Set<string>): string {
  const local = taken.has(latin) ? `${latin}.${id}` : latin;
  taken.add(latin);
  return `${local}@${mailDomain}`;
}
