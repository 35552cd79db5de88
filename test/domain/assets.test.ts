import { expect, test } from 'vitest';
import { canBeAssigned, checkRecovery } from '../../domain/assets.ts';
import { refuseUnlessMayReceiveItems } from '../../domain/user-status.ts';

test('only what is on the shelf can be handed out', () => {
  expect(canBeAssigned('in_stock')).toBe(true);
  for (const status of ['assigned', 'in_repair', 'retired', 'lost'] as const) {
    expect(canBeAssigned(status)).toBe(false);
  }
});

test('what came back has a condition', () => {
  expect(() => checkRecovery({ condition: null, nextStatus: 'in_stock', note: 'x' })).toThrow('condition');
  checkRecovery({ condition: 'broken', nextStatus: 'retired', note: null });
});

test('what is lost has a note', () => {
  expect(() => checkRecovery({ condition: 'good', nextStatus: 'lost', note: null })).toThrow('note');
  checkRecovery({ condition: null, nextStatus: 'lost', note: 'Stolen' });
});

test('who is suspended or offboarded is given nothing, and the words say which', () => {
  refuseUnlessMayReceiveItems({ name: 'Ann', status: 'active' });
  expect(() => refuseUnlessMayReceiveItems({ name: 'Ann', status: 'suspended' })).toThrow(
    'Ann is suspended and cannot be given anything new.',
  );
  expect(() => refuseUnlessMayReceiveItems({ name: 'Ann', status: 'offboarded' })).toThrow(
    'Ann has been offboarded and cannot be given anything new.',
  );
});
