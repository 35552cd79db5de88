import type { Role } from '../../domain/access/permissions.ts';
import { addDays, type CalendarDate } from '../../domain/dates.ts';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import type { Name } from './name-lists.ts';
import { latinOf } from './names.ts';
import { mailDomain, type Person, type Seniority } from './people.ts';

/** A person with a fixed role or situation in the demo. */
interface Scenario {
  name: string;
  /** The part of the address before the @. By default it is made from the name. */
  address?: string;
  department: string;
  seniority?: Seniority;
  role?: Role;
  timeZone?: string;
  /** The name of their manager in another scenario, or null for none. By default the tree decides. */
  manager?: string | null;
  /** Days from today to their last day. */
  leavesIn?: number;
  /** Whether HR has already marked them as offboarded. */
  markedOffboarded?: boolean;
  /** Their open items: hardware, seats, requests. */
  has?: readonly [hardware: number, software: number, requests: number];
}

const scenarios: readonly Scenario[] = [
  { name: 'Ada Lindqvist', address: 'admin', department: 'IT', seniority: 'head', role: 'super-admin' },
  { name: 'Samir Haddad', department: 'IT', role: 'it-admin' },
  { name: 'Ingrid Solberg', department: 'People', role: 'admin' },

  {
    name: 'Дмитрий Волков',
    address: 'dmitry.volkov',
    department: 'Engineering',
    leavesIn: -12,
    has: [2, 4, 1],
  },
  { name: "Siobhán O'Connor", department: 'Sales', leavesIn: -3, has: [1, 3, 0] },
  { name: '田中 美咲', address: 'misaki.tanaka', department: 'Design', leavesIn: -1, has: [0, 2, 0] },
  {
    name: 'Nguyễn Thị Hồng Hạnh',
    address: 'hanh.nguyen',
    department: 'Marketing',
    leavesIn: 0,
    has: [2, 3, 1],
  },
  { name: 'Marcus Weber', department: 'Finance', leavesIn: 0, has: [0, 0, 0] },
  {
    name: 'Sione Tupou',
    department: 'Sales',
    timeZone: 'Pacific/Tongatapu',
    leavesIn: 1,
    has: [1, 2, 0],
  },
  {
    name: 'Παναγιώτης Παπαδόπουλος',
    address: 'panagiotis.papadopoulos',
    department: 'Engineering',
    seniority: 'lead',
    leavesIn: 3,
    has: [3, 5, 1],
  },
  {
    name: 'Hannah Fischer',
    department: 'Engineering',
    manager: 'Παναγιώτης Παπαδόπουλος',
    leavesIn: 3,
    has: [1, 1, 1],
  },
  { name: 'Victoria Ashworth', department: 'Product', manager: null, leavesIn: 5, has: [2, 2, 0] },
  { name: 'محمد الأحمد', address: 'mohammed.alahmad', department: 'Finance', leavesIn: 7, has: [1, 3, 1] },
  { name: '王 晓明', address: 'xiaoming.wang', department: 'Engineering', leavesIn: 20, has: [2, 4, 0] },
  { name: 'प्रिया शर्मा', address: 'priya.sharma', department: 'Product', leavesIn: 20, has: [1, 4, 2] },
  {
    name: 'María Guadalupe Fernanda Inmaculada de los Ángeles Rodríguez-Villanueva y Montenegro de Santillán',
    address: 'maria.rodriguez',
    department: 'IT',
    leavesIn: 60,
    has: [2, 5, 1],
  },
  { name: 'Olivia Bennett', department: 'Sales', leavesIn: 150, has: [1, 4, 0] },

  {
    name: 'Tomasz Wiśniewski',
    address: 'tomasz.wisniewski',
    department: 'Engineering',
    leavesIn: -20,
    markedOffboarded: true,
    has: [1, 0, 0],
  },
  { name: 'Chloé Dubois', department: 'Marketing', leavesIn: -5, markedOffboarded: true, has: [2, 1, 0] },
];

/** A scenario with the person it was assigned to. */
export interface AssignedScenario {
  person: Person;
  leavesIn: number | null;
  markedOffboarded: boolean;
  has: OpenCounts | null;
}

/** The local parts of the addresses that the scenarios use. */
export const addressesOfScenarios = (): Set<string> =>
  new Set(scenarios.map((scenario) => nameOf(scenario).latin));

/** Assigns each scenario to a person of its department and level, and gives that person its name. Changes `people`. */
export function assignScenarios(people: readonly Person[]): AssignedScenario[] {
  const free = new Set(people);
  const assigned = new Map<string, AssignedScenario>();
  const beforeAll = addDays(people.map(({ startDate }) => startDate).sort()[0]!, -60);
  for (const scenario of scenarios) {
    const person = [...free].find((candidate) => fits(candidate, scenario));
    if (person === undefined)
      throw new Error(`No one is left in ${scenario.department} for ${scenario.name}`);
    free.delete(person);
    assigned.set(scenario.name, assignScenario(scenario, person, assigned, beforeAll));
  }
  return [...assigned.values()];
}

const fits = (person: Person, { department, seniority = 'member' }: Scenario): boolean =>
  person.department === department && person.seniority === seniority;

function assignScenario(
  scenario: Scenario,
  person: Person,
  before: ReadonlyMap<string, AssignedScenario>,
  beforeAll: CalendarDate,
): AssignedScenario {
  const { full, latin } = nameOf(scenario);
  person.name = full;
  person.email = `${latin}@${mailDomain}`;
  // Console users start before everybody else, because the history names them as actors.
  // They have no zone of their own, so that they see times in the workspace's until their browser tells its own.
  if (scenario.role) Object.assign(person, { role: scenario.role, startDate: beforeAll, timeZone: null });
  if (scenario.timeZone) Object.assign(person, { timeZone: scenario.timeZone, city: 'Nukuʻalofa' });
  if (scenario.manager === null) person.managerId = null;
  else if (scenario.manager) person.managerId = before.get(scenario.manager)!.person.id;
  const [hardware, software, requests] = scenario.has ?? [];
  return {
    person,
    leavesIn: scenario.leavesIn ?? null,
    markedOffboarded: scenario.markedOffboarded ?? false,
    has: scenario.has ? { hardware: hardware!, software: software!, requests: requests! } : null,
  };
}

const nameOf = ({ name, address }: Scenario): Name => ({ full: name, latin: address ?? latinOf(name) });
