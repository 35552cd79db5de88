import { hashPassword } from '../../database/access/passwords.ts';
import type { Database } from '../../database/core/orm.ts';
import { Asset, License, Offboarding, User } from '../../database/entities/index.ts';
import { assignAsset } from '../../database/inventory/assignments.ts';
import { createRequest } from '../../database/inventory/requests.ts';
import { assignSeat } from '../../database/inventory/seats.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import type { Role } from '../../domain/access/permissions.ts';
import { addDays, type CalendarDate, todayIn } from '../../domain/dates.ts';
import { reserveIds } from '../../scripts/demo/insert.ts';

/** The password of everybody in the cast. */
export const castPassword = 'nine lively otters';

/** A user of the cast. */
interface Member {
  id: number;
  name: string;
  email: string;
  externalId: string;
}

/**
 * The users and records of a test. Lena leaves in five days and has one laptop, one seat and one
 * request. Rosa and Timo report to her, and she reports to Mira. Emil stays and has nothing.
 */
export interface Cast {
  /** Super-admin. */
  ada: Member;
  /** Admin. */
  nora: Member;
  /** It-admin. */
  ivo: Member;
  mira: Member;
  lena: Member;
  rosa: Member;
  timo: Member;
  emil: Member;
  lastDay: CalendarDate;
  /** Lena's open offboarding. */
  offboardingId: number;
  laptop: { id: number; tag: string; assignmentId: number };
  /** A laptop in stock. */
  spare: { id: number; tag: string };
  /** Three seats, of which Lena has one. */
  license: { id: number; name: string };
  seatId: number;
  requestId: number;
}

/** Makes a new cast on each call, so that tests do not share a leaver. */
export async function makeCast({ em }: Database, daysLeft = 5): Promise<Cast> {
  const number = ++castsMade;
  const people = await addPeople(em.fork(), number);
  const { laptop, spare, license } = await addItems(em.fork(), number);

  const { ivo, nora, lena } = people;
  const assignmentId = await assignAsset(em, `user:${ivo.id}`, laptop.id, lena.id);
  const seatId = await assignSeat(em, `user:${ivo.id}`, license.id, lena.id);
  const request = { item: 'Second monitor', reason: 'Two of everything' };
  const requestId = await createRequest(em, `user:${lena.id}`, lena.id, request);

  const lastDay = addDays(todayIn('UTC', new Date()), daysLeft);
  await setEndDate(em, `user:${nora.id}`, lena.id, lastDay);
  const { id: offboardingId } = await em.fork().findOneOrFail(Offboarding, { userId: lena.id });

  const items = { laptop: { ...laptop, assignmentId }, spare, license, seatId, requestId };
  return { ...people, ...items, lastDay, offboardingId };
}

let castsMade = 0;
let castPasswordHash: Promise<string> | undefined;

/** Inserts everybody by one statement. Their ids are in this order. */
async function addPeople(em: Database['em'], number: number) {
  castPasswordHash ??= hashPassword(castPassword);
  const passwordHash = await castPasswordHash;
  const ids = await reserveIds(em, 'users', 8);
  const member = (name: string, role: Role, more: { managerId?: number; jobTitle?: string } = {}): Member => {
    const id = ids.shift()!;
    const firstName = name.split(' ')[0]!.toLowerCase();
    const email = `${firstName}${number === 1 ? '' : number}@lastday.example`;
    const externalId = `${firstName}-${number}`;
    em.create(User, { id, name, email, externalId, role, passwordHash, department: 'Engineering', ...more });
    return { id, name, email, externalId };
  };
  const ada = member('Ada Lindqvist', 'super-admin');
  const nora = member('Nora Keller', 'admin');
  const ivo = member('Ivo Marin', 'it-admin');
  const mira = member('Mira Holt', 'employee');
  const lena = member('Lena Brandt', 'employee', { managerId: mira.id, jobTitle: 'Team Lead' });
  const rosa = member('Rosa Díaz', 'employee', { managerId: lena.id });
  const timo = member('Timo Aalto', 'employee', { managerId: lena.id });
  const emil = member('Emil Novák', 'employee', { managerId: mira.id });
  await em.flush();
  return { ada, nora, ivo, mira, lena, rosa, timo, emil };
}

async function addItems(em: Database['em'], number: number) {
  const code = String(number).padStart(4, '0');
  const model = 'ThinkPad T14';
  const laptop = em.create(Asset, { tag: `LT-${code}`, serial: `PF${code}AB`, model, location: 'Lisbon' });
  const spare = em.create(Asset, { tag: `SP-${code}`, serial: `PF${code}CD`, model, location: 'Lisbon' });
  const license = em.create(License, { name: `Figma ${number}`, vendor: 'Figma', seatsTotal: 3 });
  await em.flush();
  return {
    laptop: { id: laptop.id, tag: laptop.tag },
    spare: { id: spare.id, tag: spare.tag },
    license: { id: license.id, name: license.name },
  };
}
