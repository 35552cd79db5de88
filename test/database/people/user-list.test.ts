import { expect, test } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { listDepartments, listUsers } from '../../../database/people/user-list.ts';
import { createUser } from '../../../database/people/users.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;

const everybody = { search: '', status: null, department: '' };
const names = async (filter: Partial<Parameters<typeof listUsers>[1]>) =>
  (await listUsers(em.fork(), { ...everybody, ...filter })).rows.map((user) => user.name);

const manager = await createUser(em, 'system', {
  name: 'Ōta Haruki',
  email: 'haruki@x.example',
  department: 'Design',
});
await createUser(em, 'system', {
  name: 'Zoë 100% O’Neil_x',
  email: 'zoe@x.example',
  externalId: 'EMP-77',
  managerId: manager,
  department: 'Sales',
});
await createUser(em, 'system', { name: 'أمينة خالد', email: 'amina@x.example', department: 'Sales' });
await createUser(em, 'system', {
  name: 'adam lower',
  email: 'adam@x.example',
  status: 'suspended',
  department: 'Legal',
});

test('people are sorted by name, with their managers', async () => {
  const { rows, total, lastPage } = await listUsers(em.fork(), everybody);
  expect(rows.map((user) => user.name)).toEqual([
    'adam lower',
    'Zoë 100% O’Neil_x',
    'Ōta Haruki',
    'أمينة خالد',
  ]);
  expect(rows[1]).toMatchObject({ managerId: manager, managerName: 'Ōta Haruki', externalId: 'EMP-77' });
  expect({ total, lastPage }).toEqual({ total: 4, lastPage: 1 });
});

test('a search finds part of a name, an email or an external id, in any script and case', async () => {
  expect(await names({ search: 'haruki' })).toEqual(['Ōta Haruki']);
  expect(await names({ search: 'ōta' })).toEqual(['Ōta Haruki']);
  expect(await names({ search: 'خالد' })).toEqual(['أمينة خالد']);
  expect(await names({ search: 'ZOE@' })).toEqual(['Zoë 100% O’Neil_x']);
  expect(await names({ search: 'emp-7' })).toEqual(['Zoë 100% O’Neil_x']);
});

test('a search for one or two ASCII letters finds beginnings, and for other letters any part', async () => {
  expect(await names({ search: 'o' })).toEqual(['Ōta Haruki']);
  expect(await names({ search: 'uk' })).toEqual([]);
  expect(await names({ search: 'E' })).toEqual(['Zoë 100% O’Neil_x']);
  expect(await names({ search: 'نة' })).toEqual(['أمينة خالد']);
});

test('a search takes wildcards literally', async () => {
  expect(await names({ search: '100%' })).toEqual(['Zoë 100% O’Neil_x']);
  expect(await names({ search: 'neil_' })).toEqual(['Zoë 100% O’Neil_x']);
  for (const search of ['100_', 'n%l', '%', '_', '\\']) expect(await names({ search })).toEqual([]);
  expect(await names({ search: "'; drop table users; --" })).toEqual([]);
});

test('the list is filtered by status and department', async () => {
  expect(await names({ status: 'suspended' })).toEqual(['adam lower']);
  expect(await names({ department: 'Sales' })).toEqual(['Zoë 100% O’Neil_x', 'أمينة خالد']);
  expect(await names({ department: 'Sales', status: 'suspended' })).toEqual([]);
  expect(await listDepartments(em.fork())).toEqual(['Design', 'Legal', 'Sales']);
});

test('a page past the end is empty and has the total', async () => {
  const fork = em.fork();
  for (let number = 0; number < 60; number++) {
    fork.create(User, { name: `Crowd ${number}`, email: `crowd${number}@x.example`, department: 'Crowd' });
  }
  await fork.flush();
  const crowd = { ...everybody, department: 'Crowd' };

  const first = await listUsers(em.fork(), crowd, 1);
  const second = await listUsers(em.fork(), crowd, 2);
  expect([first.rows.length, second.rows.length]).toEqual([50, 10]);
  expect(new Set([...first.rows, ...second.rows].map((user) => user.id)).size).toBe(60);
  expect(await listUsers(em.fork(), crowd, 9)).toEqual({ rows: [], total: 60, page: 9, lastPage: 2 });
});
