import type { EntityManager } from '../../database/core/orm.ts';
import type { Tables } from '../../database/core/tables.ts';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import { makeHardware } from './hardware.ts';
import { insertRows, reserveIds } from './insert.ts';
import { morningOf } from './moments.ts';
import type { Person } from './people.ts';
import { makeRequests } from './requests.ts';
import type { AuditRow, Making } from './rows.ts';
import { shareOut } from './share-out.ts';
import { licensesFor, makeSoftware } from './software.ts';

/** How much a company has. */
export interface Size {
  devices: number;
  /** Of the devices. */
  handedOut: number;
  seats: number;
  requests: number;
  /** Of the requests. */
  open: number;
}

/** Rows by their tables, in an order that every foreign key allows. */
export type CompanyRows = readonly (readonly [table: keyof Tables, rows: readonly object[]])[];

/** What the people of a company have and had, with its history; `fixed` says what somebody has exactly. */
export async function makeCompany(
  em: EntityManager,
  people: readonly Person[],
  size: Size,
  making: Omit<Making, 'audit'>,
  fixed: ReadonlyMap<number, OpenCounts> = new Map(),
): Promise<CompanyRows> {
  const ids = await reserveAll(em, people.length, size);
  const everybody = people.map((person) => person.id);
  const share = (total: number, kind: keyof OpenCounts) =>
    shareOut(total, everybody, new Map([...fixed].map(([id, counts]) => [id, counts[kind]])));

  const telling: Making = { ...making, audit: people.map((person) => arrival(person, making)) };
  const hardware = makeHardware(ids, people, share(size.handedOut, 'hardware'), telling);
  const software = makeSoftware(ids, people, share(size.seats, 'software'), telling);
  const requests = makeRequests(ids.requestIds, people, share(size.open, 'requests'), telling);
  return [
    ['users', people.map(userRow)],
    ['assets', hardware.assets],
    ['assignments', hardware.assignments],
    ['licenses', software.licenses],
    ['seats', software.seats],
    ['requests', requests],
    ['audit_entries', telling.audit.sort((a, b) => a.at.getTime() - b.at.getTime())],
  ];
}

/** Hears what is about to be written and how much of it, and then how much more has been written. */
export interface Watcher {
  begin: (what: string, total: number) => void;
  add: (count: number) => void;
}

/** Writes a company down. */
export async function writeCompany(
  em: EntityManager,
  company: CompanyRows,
  watcher?: Watcher,
): Promise<void> {
  for (const [table, rows] of company) {
    watcher?.begin(table, rows.length);
    await insertRows(em, table, rows, (count) => watcher?.add(count));
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

const arrival = ({ id, name, email, startDate }: Person, { actor }: Omit<Making, 'audit'>): AuditRow => ({
  at: morningOf(startDate),
  actor,
  action: 'user.created',
  userId: id,
  details: { name, email },
});

const userRow = ({ city, seniority, ...user }: Person) => ({ ...user, createdAt: morningOf(user.startDate) });
