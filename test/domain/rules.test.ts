import { expect, test } from 'vitest';
import {
  may,
  type Permission,
  permissions,
  type Role,
  roles,
  worksInConsole,
} from '../../domain/access/permissions.ts';
import { actorUserId, tokenActor, userActor } from '../../domain/actor.ts';
import { canBeAssigned } from '../../domain/assets.ts';
import { GateRefusal } from '../../domain/failures.ts';
import { isClear, isOpenRequest, refusalWords, stillOpen } from '../../domain/offboarding/checklist.ts';
import { mayReceiveItems, maySignIn } from '../../domain/user-status.ts';

test('the refusal has this exact message', () => {
  const counts = { hardware: 1, software: 0, requests: 0 };
  expect(refusalWords(counts)).toBe(
    'Cannot complete offboarding: 1 hardware, 0 software, 0 request(s) still open.',
  );
  expect(new GateRefusal(counts).message).toBe(refusalWords(counts));
});

test('only an empty checklist can be completed', () => {
  expect(isClear({ hardware: 0, software: 0, requests: 0 })).toBe(true);
  for (const kind of ['hardware', 'software', 'requests']) {
    expect(isClear({ hardware: 0, software: 0, requests: 0, [kind]: 1 })).toBe(false);
  }
  expect(stillOpen({ hardware: 1, software: 2, requests: 3 })).toBe(6);
});

test('a request is open while pending or approved', () => {
  expect(
    ['pending', 'approved', 'fulfilled', 'rejected', 'cancelled'].map((s) => isOpenRequest(s as 'pending')),
  ).toEqual([true, true, false, false, false]);
});

test('only an active user can sign in and receive items', () => {
  for (const directoryInactive of [false, true]) {
    const people = (['active', 'suspended', 'offboarded'] as const).map((status) => ({
      status,
      directoryInactive,
    }));
    expect(people.map(maySignIn)).toEqual([!directoryInactive, false, false]);
    expect(people.map(mayReceiveItems)).toEqual([!directoryInactive, false, false]);
  }
});

test('only an asset in stock can be assigned', () => {
  expect((['in_stock', 'assigned', 'in_repair', 'retired', 'lost'] as const).filter(canBeAssigned)).toEqual([
    'in_stock',
  ]);
});

const table: Record<Permission, Role[]> = {
  'own-page': ['employee', 'it-admin', 'admin', 'super-admin'],
  offboard: ['it-admin', 'admin', 'super-admin'],
  'read-audit': ['it-admin', 'admin', 'super-admin'],
  'read-people': ['it-admin', 'admin', 'super-admin'],
  'manage-inventory': ['it-admin', 'admin', 'super-admin'],
  'manage-people': ['admin', 'super-admin'],
  'manage-access': ['super-admin'],
  'erase-people': ['super-admin'],
  'manage-workspace': ['super-admin'],
};

test.each(Object.keys(permissions) as Permission[])('these roles may %s', (permission) => {
  expect(roles.filter((role) => may(role, permission))).toEqual(table[permission]);
});

test('every role except employee may use the console', () => {
  expect(roles.filter(worksInConsole)).toEqual(['it-admin', 'admin', 'super-admin']);
});

test('actors contain the id of a user, or the name of a token', () => {
  expect(userActor(7)).toBe('user:7');
  expect(tokenActor('hr')).toBe('token:hr');
  expect(actorUserId('user:7')).toBe(7);
  expect(actorUserId('token:user:7')).toBeNull();
  expect(actorUserId('system')).toBeNull();
});
