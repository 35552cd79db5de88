import type { AssetStatus } from '../../domain/assets.ts';

const tones: Record<AssetStatus, string> = {
  in_stock: 'tag-done',
  assigned: 'tag-new',
  in_repair: 'tag-warning',
  retired: '',
  lost: 'tag-danger',
};

/** The CSS class for the colour of an asset's status. */
export const assetTone = (status: AssetStatus): string => tones[status];
