import type { EntityManager } from '../../database/core/orm.ts';
import type { Tables } from '../../database/core/tables.ts';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import { makeHardware } from './hardware.ts';
import { insertRows, reserveIds } from './insert.ts';
import type { Person } from './people.ts';
import { makeRequests } from './requests.ts';
import type { AuditRow, DemoContext } from './rows.ts';
import { shareOut } from './share-out.ts';
import { licensesFor, makeSoftware } from './software.ts';
import { morningOf } from './times.ts';

/** The number of things that a company has. */
export interface Size {
  devices: number;
  /** How many of the devices are assigned. */
  handedOut: number;
  seats: number;
  requests: number;
  /** How many of the requests are open. */
  open: number;
}

/** Rows by table, in an order that the foreign keys allow. */
export type CompanyRows = readonly (readonly [table: keyof Tables, rows: readonly object[]])[];

/** Makes the people, their items and the audit history. `fixed` sets the exact counts of some people. */
export async function makeCompany(
  em: EntityManager,
  people: readonly Person[],
  size: Size,
  options: Omit<DemoContext, 'audit'>,
  fixed: ReadonlyMap<number, OpenCounts> = new Map(),
): Promise<CompanyRows> {
  const ids = await reserveAll(em, people.length, size);
  const everybody = people.map((person) => person.id);
  const share = (total: number, kind: keyof OpenCounts) =>
    shareOut(total, everybody, new Map([...fixed].map(([id, counts]) => [id, counts[kind]])));

  const context: DemoContext = { ...options, audit: people.map((person) => arrival(person, options)) };
  const hardware = makeHardware(ids, people, share(size.handedOut, 'hardware'), context);
  const software = makeSoftware(ids, people, share(size.seats, 'software'), context);
  const requests = makeRequests(ids.requestIds, people, share(size.open, 'requests'), context);
  return [
    ['users', people.map(userRow)],
    ['assets', hardware.assets],
    ['assignments', hardware.assignments],
    ['licenses', software.licenses],
    ['seats', software.seats],
    ['requests', requests],
    ['audit_entries', context.audit.sort((a, b) => a.at.getTime() - b.at.getTime())],
  ];
}

/** Is notified before each table with its number of rows, and after each batch with the rows written. */
export interface ProgressListener {
  begin: (what: string, total: number) => void;
  add: (count: number) => void;
}

/** Inserts a company's rows. */
export async function writeCompany(
  em: EntityManager,
  company: CompanyRows,
  progress?: ProgressListener,
): Promise<void> {
  for (const [table, rows] of company) {
    progress?.begin(table, rows.length);
    await insertRows(em, table, rows, (count) => progress?.add(count));
  }
}

async function reserveAll(em: EntityManager, people: number, { devices, seats, requests }: Size) {
  return {
    assetIds: await reserveIds(em, 'assets', devices),
    assignmentIds: await reserveIds(em, 'assignments', devices),
    licenseIds: await reserveIds(em, 'licenses', licensesFor(people)),
    seatIds: await reserveIds(em, 'seats', seats),
    requestIds: await reserveIds(em, 'requests', requests),
  };
}

const arrival = (
  { id, name, email, startDate }: Person,
  { actor }: Omit<DemoContext, 'audit'>,
): AuditRow => ({
  at: morningOf(startDate),
  actor,
  action: 'user.created',
  userId: id,
  details: { name, email },
});

const userRow = ({ city, seniority, ...user }: Person) => ({ ...user, createdAt: morningOf(user.startDate) });
