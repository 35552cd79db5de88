import { beforeAll, describe, expect, test } from 'vitest';
import { Request, User } from '../../../database/entities/index.ts';
import { assetColumns, createAsset, findAssets } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { createLicense, findLicenses, licenseColumns } from '../../../database/inventory/licenses.ts';
import { findRequests, requestColumns } from '../../../database/inventory/request-list.ts';
import { createRequest } from '../../../database/inventory/requests.ts';
import { listUsers, userColumns } from '../../../database/people/user-list.ts';
import { deliveryColumns, listDeliveries } from '../../../database/webhooks/history.ts';
import { addDays } from '../../../domain/dates.ts';
import type { Sort } from '../../../domain/sorting.ts';
import { addAttempt, addDelivery, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
let endpointId: number;

/** 60 of everything, so that each list has two pages. Values repeat, and some are missing. */
beforeAll(async () => {
  const fork = em.fork();
  for (let number = 0; number < 60; number++) {
    fork.create(User, {
      name: `${number % 2 ? 'person' : 'Person'} ${(number * 7) % 20}`,
      email: number % 9 === 0 ? null : `${(number * 11) % 60}@x.example`,
      endDate: number % 4 === 0 ? null : addDays('2031-01-01', number % 5),
      status: number % 7 === 0 ? 'suspended' : 'active',
    });
  }
  await fork.flush();
  const users = await fork.find(User, {}, { orderBy: { id: 'asc' } });
  const managers = users.slice(0, 3);
  for (const [index, user] of users.slice(3).entries())
    if (index % 3 > 0) user.managerId = managers[index % 2]!.id;
  await fork.flush();
  const active = users.filter(({ status }) => status === 'active');
  ({ id: endpointId } = await subscribe(database));
  for (let number = 0; number < 60; number++) {
    const user = active[number % active.length]!;
    const location = number % 5 === 0 ? null : `Room ${number % 6}`;
    const asset = { tag: `T-${(number * 13) % 60}`, serial: null, model: `Model ${number % 8}`, location };
    const assetId = await createAsset(em, 'system', asset);
    if (number % 3 === 0) await assignAsset(em, 'system', assetId, user.id);
    const vendor = number % 4 === 0 ? null : `Vendor ${number % 5}`;
    await createLicense(em, 'system', {
      name: `App ${(number * 17) % 60}`,
      vendor,
      seatsTotal: 1 + (number % 9),
    });
    const requestId = await createRequest(em, 'system', user.id, {
      item: `Item ${number % 7}`,
      reason: null,
    });
    const createdAt = new Date(Date.UTC(2026, 1, 1 + ((number * 7) % 30)));
    await em.fork().nativeUpdate(Request, { id: requestId }, { createdAt });
    const delivery = await addDelivery(
      database,
      endpointId,
      number % 2 ? 'failed' : 'delivered',
      number % 3 ? 'user.offboarded' : 'webhook.test',
    );
    if (number % 4) await addAttempt(database, delivery, 1, 'http_error');
  }
});

interface Row {
  id: number;
  [field: string]: unknown;
}
type Read = (sort: Sort<never>, page: number) => Promise<{ rows: Row[] }>;

const everybody = { search: '', status: null, department: '' };
const read: Record<string, Read> = {
  people: async (sort, page) => ({
    rows: [...(await listUsers(em.fork(), everybody, page, sort)).rows] as never,
  }),
  assets: async (sort, page) => ({
    rows: (await findAssets(em.fork(), { search: '', status: null }, page, sort)).rows as never,
  }),
  licenses: async (sort, page) => ({ rows: (await findLicenses(em.fork(), '', page, sort)).rows as never }),
  requests: async (sort, page) => ({
    rows: (await findRequests(em.fork(), 'open', page, '', sort)).rows as never,
  }),
  deliveries: async (sort, page) => ({
    rows: (await listDeliveries(em.fork(), endpointId, { state: null, type: null }, page, sort))
      .rows as never,
  }),
};

const lower = (text: unknown) => (typeof text === 'string' ? text.toLowerCase() : null);

/** The value that a row of a list is sorted by. */
const values: Record<string, Record<string, (row: Row) => unknown>> = {
  people: {
    name: (row) => lower(row.name),
    email: (row) => lower(row.email),
    manager: (row) => lower(row.managerName),
    'end-date': (row) => row.endDate,
    status: (row) => row.status,
  },
  assets: {
    model: (row) => lower(row.model),
    tag: (row) => row.tag,
    location: (row) => lower(row.location),
    status: (row) => row.status,
    holder: (row) => lower((row.holder as { name: string } | null)?.name),
  },
  licenses: {
    name: (row) => lower(row.name),
    vendor: (row) => lower(row.vendor),
    seats: (row) => row.seatsUsed,
    free: (row) => Number(row.seatsTotal) - Number(row.seatsUsed),
  },
  requests: {
    item: (row) => lower(row.item),
    person: (row) => lower(row.name),
    requested: (row) => row.createdAt,
    status: (row) => row.status,
  },
  deliveries: {
    event: (row) => row.type,
    about: (row) => lower(row.about),
    state: (row) => row.state,
    // Attempts were made one after another.
    'last-attempt': (row) => (row.tries ? row.id : null),
    created: (row) => row.createdAt,
  },
};

const columns = {
  people: userColumns,
  assets: assetColumns,
  licenses: licenseColumns,
  requests: requestColumns,
  deliveries: deliveryColumns,
};
const cases = Object.entries(columns).flatMap(([list, names]) =>
  names.map((column) => [list, column] as const),
);

describe('a list is sorted by a column, both ways, over its pages', () => {
  test.each(cases)('%s by %s', async (list, column) => {
    const valueIn = values[list]![column]!;
    const all = async (backwards: boolean) => {
      const sort = { column, backwards } as unknown as Sort<never>;
      return [...(await read[list]!(sort, 1)).rows, ...(await read[list]!(sort, 2)).rows];
    };
    const [forwards, backwards] = [await all(false), await all(true)];
    expect(new Set(forwards.map(({ id }) => id)).size).toBe(60);
    const has = (row: Row) => valueIn(row) !== null;
    const withValue = forwards.filter(has);
    expect(forwards.slice(0, withValue.length).every(has)).toBe(true);
    for (const [index, row] of withValue.slice(1).entries()) {
      const before = withValue[index]!;
      const [a, b] = [valueIn(before) as string, valueIn(row) as string];
      expect(a < b || (String(a) === String(b) && before.id < row.id), `${a} before ${b}`).toBe(true);
    }
    expect(backwards.filter(has)).toEqual(withValue.toReversed());
    expect(backwards.slice(0, withValue.length).every(has)).toBe(true);
  });
});
