import { describe, expect, test } from 'vitest';
import { type AssetFacts, evaluateAsset } from '../../../domain/imports/evaluate-asset.ts';
import { problemsIn } from './problems.ts';

describe('a line about an asset', () => {
  const laptop = { id: 3, serial: 'S', model: 'T14', location: null, status: 'in_stock' as const };
  const mira = { id: 1, name: 'Mira', status: 'active' as const, directoryInactive: false };
  const of = (facts: Partial<AssetFacts>): AssetFacts => ({
    asset: laptop,
    heldBy: null,
    holder: null,
    ...facts,
    values: { tag: 'L1', ...facts.values },
  });
  const held = { asset: { ...laptop, status: 'assigned' as const }, heldBy: { id: 1, name: 'Mira' } };

  test('assigns it', () => {
    expect(evaluateAsset(of({ values: { tag: 'L1', holder: 'E1' }, holder: mira }))).toMatchObject({
      verdict: 'change',
      changes: { holder: [null, 'Mira'] },
    });
  });

  test('with the current holder changes nothing', () => {
    expect(
      evaluateAsset(of({ ...held, values: { tag: 'L1', holder: 'E1', status: 'assigned' }, holder: mira }))
        .verdict,
    ).toBe('same');
    expect(evaluateAsset(of({ ...held, values: { tag: 'L1', serial: 'S' } })).verdict).toBe('same');
  });

  test.each<[string, Partial<AssetFacts>, string]>([
    [
      'somebody else holds it',
      { ...held, values: { tag: 'L1', holder: 'E2' }, holder: { ...mira, id: 2 } },
      'holder: L1 is assigned to Mira. Recover it first.',
    ],
    [
      'the holder is unknown',
      { values: { tag: 'L1', holder: 'E9' } },
      'holder: No one has this external ID or email.',
    ],
    [
      'the holder has left',
      {
        values: { tag: 'L1', holder: 'E1' },
        holder: { ...mira, status: 'offboarded', directoryInactive: false },
      },
      "holder: Mira is offboarded and can't get new items.",
    ],
    [
      'it is in repair',
      { asset: { ...laptop, status: 'in_repair' }, values: { tag: 'L1', holder: 'E1' }, holder: mira },
      "holder: L1 isn't in stock, so it can't be assigned.",
    ],
    [
      'it is held and gets another status',
      { ...held, values: { tag: 'L1', status: 'retired' } },
      'status: This asset is assigned to Mira. Recover it to change its status.',
    ],
    [
      'nobody is named to be assigned to',
      { values: { tag: 'L1', status: 'assigned' } },
      'status: An assigned asset needs a holder.',
    ],
    ['it is new and has no model', { asset: null }, 'model: A new asset needs a model.'],
  ])('is refused when %s', (_, facts, expected) => {
    expect(problemsIn(evaluateAsset(of(facts)))).toEqual([expected]);
  });
});
