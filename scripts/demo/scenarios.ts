import type { Role } from '../../domain/access/permissions.ts';
import { addDays, type CalendarDate } from '../../domain/dates.ts';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import { latinOf, type Name } from './names.ts';
import { mailDomain, type Person, type Seniority } from './people.ts';

/** Somebody whom a demo is about. */
interface Story {
  name: string;
  /** The part of the address before the @; otherwise made from the name. */
  address?: string;
  department: string;
  seniority?: Seniority;
  role?: Role;
  timeZone?: string;
  /** The story of their manager, or null for nobody; otherwise whoever the tree says. */
  manager?: string | null;
  /** Days from today to their last day. */
  leavesIn?: number;
  /** HR marked them offboarded already. */
  markedOffboarded?: boolean;
  /** What they have: hardware, seats, requests. */
  has?: readonly [hardware: number, software: number, requests: number];
}

const stories: readonly Story[] = [
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

/** A story with the person who lives it. */
export interface Lived {
  person: Person;
  leavesIn: number | null;
  markedOffboarded: boolean;
  has: OpenCounts | null;
}

/** The addresses that the stories need for themselves. */
export const addressesOfScenarios = (): Set<string> => new Set(stories.map((story) => nameOf(story).latin));

/** Gives each story to somebody of its department and standing, who takes on its name; the people are changed. */
export function playScenarios(people: readonly Person[]): Lived[] {
  const free = new Set(people);
  const lived = new Map<string, Lived>();
  const beforeAll = addDays(people.map(({ startDate }) => startDate).sort()[0]!, -60);
  for (const story of stories) {
    const person = [...free].find((candidate) => fits(candidate, story));
    if (person === undefined) throw new Error(`Nobody is left in ${story.department} for ${story.name}`);
    free.delete(person);
    lived.set(story.name, live(story, person, lived, beforeAll));
  }
  return [...lived.values()];
}

const fits = (person: Person, { department, seniority = 'member' }: Story): boolean =>
  person.department === department && person.seniority === seniority;

function live(
  story: Story,
  person: Person,
  before: ReadonlyMap<string, Lived>,
  beforeAll: CalendarDate,
): Lived {
  const { full, latin } = nameOf(story);
  person.name = full;
  person.email = `${latin}@${mailDomain}`;
  // Whoever works in the console has been there longer than what the history says they did.
  if (story.role) Object.assign(person, { role: story.role, startDate: beforeAll });
  if (story.timeZone) Object.assign(person, { timeZone: story.timeZone, city: 'Nukuʻalofa' });
  if (story.manager === null) person.managerId = null;
  else if (story.manager) person.managerId = before.get(story.manager)!.person.id;
  const [hardware, software, requests] = story.has ?? [];
  return {
    person,
    leavesIn: story.leavesIn ?? null,
    markedOffboarded: story.markedOffboarded ?? false,
    has: story.has ? { hardware: hardware!, software: software!, requests: requests! } : null,
  };
}

const nameOf = ({ name, address }: Story): Name => ({ full: name, latin: address ?? latinOf(name) });
