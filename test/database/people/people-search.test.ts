import { expect, test } from 'vitest';
import { searchPeople } from '../../../database/people/people-search.ts';
import { createUser, updateUser } from '../../../database/people/users.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const names = async (text: string) => (await searchPeople(em, text)).people.map((person) => person.name);

test('people are found by part of their name, address or external id, and by their id', async () => {
  const { rosa } = await makeCast(database);
  for (const text of ['díaz', 'ROSA', rosa.email, rosa.externalId, String(rosa.id)]) {
    expect(await names(text)).toContain(rosa.name);
  }
  expect(await names('nobody of that name')).toEqual([]);
});

test('an empty text finds nobody', async () => {
  expect(await searchPeople(em, '')).toEqual({ people: [], hasMore: false });
});

test('people who may not receive items come last, with their status', async () => {
  const { emil, mira } = await makeCast(database);
  await updateUser(em, 'system', emil.id, { status: 'suspended', name: 'Aaron Sorted' });
  await updateUser(em, 'system', mira.id, { name: 'Zoe Sorted' });

  const { people } = await searchPeople(em, 'sorted');
  expect(people.map(({ name, status }) => [name, status])).toEqual([
    ['Zoe Sorted', 'active'],
    ['Aaron Sorted', 'suspended'],
  ]);
});

test('eight people are returned, and whether there are more', async () => {
  for (let number = 0; number < 12; number++) {
    await createUser(em, 'system', { name: `Many ${number}`, email: `many${number}@x.example` });
  }
  const { people, hasMore } = await searchPeople(em, 'many');
  expect(people).toHaveLength(8);
  expect(hasMore).toBe(true);
});
