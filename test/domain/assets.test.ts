import { expect, test } from 'vitest';
import { canBeAssigned, checkRecovery } from '../../domain/assets.ts';
import { refuseUnlessMayReceiveItems } from '../../domain/user-status.ts';

test('only an asset in stock can be assigned', () => {
  expect(canBeAssigned('in_stock')).toBe(true);
  for (const status of ['assigned', 'in_repair', 'retired', 'lost'] as const) {
    expect(canBeAssigned(status)).toBe(false);
  }
});

test('a recovered asset needs a condition', () => {
  expect(() => checkRecovery({ condition: null, nextStatus: 'in_stock', note: 'x' })).toThrow('condition');
  checkRecovery({ condition: 'broken', nextStatus: 'retired', note: null });
});

test('a lost asset needs a note', () => {
  expect(() => checkRecovery({ condition: 'good', nextStatus: 'lost', note: null })).toThrow('note');
  checkRecovery({ condition: null, nextStatus: 'lost', note: 'Stolen' });
});

test('a suspended or offboarded user gets nothing, and the message says why', () => {
  refuseUnlessMayReceiveItems({ name: 'Ann', status: 'active', directoryInactive: false });
  expect(() =>
    refuseUnlessMayReceiveItems({ name: 'Ann', status: 'suspended', directoryInactive: false }),
  ).toThrow("Ann is suspended and can't get new items.");
  expect(() =>
    refuseUnlessMayReceiveItems({ name: 'Ann', status: 'active', directoryInactive: true }),
  ).toThrow("Ann is inactive in the directory and can't get new items.");
  expect(() =>
    refuseUnlessMayReceiveItems({ name: 'Ann', status: 'offboarded', directoryInactive: false }),
  ).toThrow("Ann is offboarded and can't get new items.");
});
