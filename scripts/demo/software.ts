import type { Person } from './people.ts';
import { intBetween } from './random.ts';
import type { DemoContext, LicenseRow, SeatRow } from './rows.ts';
import { morningOf, timeBetween } from './times.ts';

/** A product with seats. Without `departments` everybody uses it. */
interface Product {
  name: string;
  vendor: string;
  departments?: readonly string[];
}

/** The fifteen products of a demo. Everybody uses at least five of them. */
const products: readonly Product[] = [
  { name: 'Google Workspace', vendor: 'Google' },
  { name: 'Slack Business+', vendor: 'Slack' },
  { name: '1Password Business', vendor: '1Password' },
  { name: 'Zoom Workplace', vendor: 'Zoom' },
  { name: 'Notion', vendor: 'Notion Labs' },
  { name: 'GitHub Enterprise', vendor: 'GitHub', departments: ['Engineering', 'IT'] },
  { name: 'JetBrains All Products', vendor: 'JetBrains', departments: ['Engineering'] },
  { name: 'Jira', vendor: 'Atlassian', departments: ['Engineering', 'Product', 'IT'] },
  { name: 'Figma', vendor: 'Figma', departments: ['Product', 'Design'] },
  { name: 'Adobe Creative Cloud', vendor: 'Adobe', departments: ['Design', 'Marketing'] },
  { name: 'Salesforce Sales Cloud', vendor: 'Salesforce', departments: ['Sales'] },
  { name: 'HubSpot Marketing Hub', vendor: 'HubSpot', departments: ['Marketing', 'Sales'] },
  { name: 'NetSuite', vendor: 'Oracle', departments: ['Finance'] },
  { name: 'Personio', vendor: 'Personio', departments: ['People'] },
  { name: 'Jamf Pro', vendor: 'Jamf', departments: ['IT'] },
];

/** A large company has one contract per 2,000 people, because one row counts the seats of a contract. */
const peopleOfContract = 2000;

/** The number of license ids that `makeSoftware` needs. */
export const licensesFor = (people: number): number => products.length * contractsFor(people);

const contractsFor = (people: number): number => Math.ceil(people / peopleOfContract);

interface Software {
  licenses: LicenseRow[];
  seats: SeatRow[];
}

/** The licenses, and as many seats as `held` has for each person, their department's products first. */
export function makeSoftware(
  { licenseIds, seatIds }: { licenseIds: readonly number[]; seatIds: readonly number[] },
  people: readonly Person[],
  held: ReadonlyMap<number, number>,
  context: DemoContext,
): Software {
  const contracts = contractsFor(people.length);
  const createdAt = morningOf(
    people.reduce((first, { startDate }) => (startDate < first ? startDate : first), '9'),
  );
  const licenses = licenseIds.map((id, index) => makeLicense(id, index));
  const seats = people.flatMap((person, index) => {
    const contract = Math.floor(index / peopleOfContract);
    const used = toolsOf(person).slice(0, held.get(person.id) ?? 0);
    return used.map((tool) => ({ license: licenses[contract * products.length + tool]!, person }));
  });
  return { licenses, seats: seats.map(({ license, person }, index) => giveSeat(license, person, index)) };

  function makeLicense(id: number, index: number): LicenseRow {
    const { name, vendor } = products[index % products.length]!;
    // People who are added later get contracts of their own.
    const contract = Math.ceil(id / products.length);
    const named = contracts === 1 && contract === 1 ? name : `${name}, contract ${contract}`;
    context.audit.push({
      at: createdAt,
      actor: context.actor,
      action: 'license.created',
      userId: null,
      details: { licenseId: id, name: named },
    });
    return { id, name: named, vendor, seatsTotal: intBetween(0, 12), createdAt };
  }

  function giveSeat(license: LicenseRow, { id: userId, startDate }: Person, index: number): SeatRow {
    const id = seatIds[index]!;
    const assignedAt = timeBetween(morningOf(startDate), context.now);
    license.seatsTotal++;
    context.audit.push({
      at: assignedAt,
      actor: context.actor,
      action: 'seat.assigned',
      userId,
      details: { seatId: id, licenseId: license.id, license: license.name },
    });
    return { id, licenseId: license.id, userId, assignedAt };
  }
}

/** The indexes of a person's products: first the mail, then their department's, then the others. */
function toolsOf({ id, department }: Person): number[] {
  const places = products.map((_, place) => place);
  const special = places.filter((place) => products[place]!.departments?.includes(department ?? ''));
  const [mail, ...common] = places.filter((place) => products[place]!.departments === undefined);
  const first = id % common.length;
  return [mail!, ...special, ...common.slice(first), ...common.slice(0, first)];
}
