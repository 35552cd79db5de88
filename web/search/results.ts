import { places } from '../../database/search/hits.ts';
import type { Hit, SearchGroup } from '../../database/search/search.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import type { PageLink } from '../http/pages/menu.ts';

/** One line of the results. */
interface Result {
  address: string;
  title: string;
  /** What tells it apart from others with the same title. */
  details: (string | null)[];
  /** A status as it is stored, when it matters. */
  tag: string | null;
}

/** The results of one group, with the list that has all of them. */
export interface ResultGroup {
  label: string;
  icon: string;
  results: Result[];
  /** The address of the list with the rest; null when there is no more. */
  more: string | null;
}

/** What each group is called, where all of it is, and who may see it. */
const groups = {
  people: { label: 'People', icon: 'users', list: '/users?q=', permission: 'read-people' },
  assets: { label: 'Assets', icon: 'devices', list: '/assets?q=', permission: 'manage-inventory' },
  licenses: { label: 'Licenses', icon: 'license', list: '/licenses?q=', permission: 'manage-inventory' },
  requests: {
    label: 'Requests',
    icon: 'inbox',
    list: '/requests?status=all&q=',
    permission: 'manage-inventory',
  },
  labels: { label: 'Pages and actions', icon: 'search', list: null, permission: 'own-page' },
} satisfies Record<SearchGroup, { label: string; icon: string; list: string | null; permission: Permission }>;

/** The groups of the database that a permission opens. */
export const searchedBy = (may: (permission: Permission) => boolean) =>
  (['people', 'assets', 'licenses', 'requests'] as const).filter((group) => may(groups[group].permission));

/** The hits by group, at most `limit` in each. One more than that says that there are more. */
export function resultGroups(
  hits: readonly Hit[],
  pages: readonly PageLink[],
  typed: string,
  limit: number,
): ResultGroup[] {
  return [...Map.groupBy(hits, ({ group }) => group)].map(([group, inGroup]) => {
    const { label, icon, list } = groups[group];
    return {
      label,
      icon,
      results: inGroup.slice(0, limit).map((hit) => resultOf(hit, pages)),
      more: inGroup.length > limit && list !== null ? list + encodeURIComponent(typed) : null,
    };
  });
}

function resultOf(hit: Hit, pages: readonly PageLink[]): Result {
  switch (hit.group) {
    case 'people': {
      const { name, email, department, externalId, status } = hit.shown;
      const tag = status === 'active' ? null : status;
      return { address: `/users/${hit.id}`, title: name, details: [department, email, externalId], tag };
    }
    case 'assets': {
      const { tag, serial, model, status, holder } = hit.shown;
      const details = [model, serial, holder];
      return { address: `/assets/${hit.id}`, title: tag, details, tag: status };
    }
    case 'licenses': {
      const { name, vendor, seatsUsed, seatsTotal } = hit.shown;
      const details = [vendor, `${seatsUsed} of ${seatsTotal} seats used`];
      return { address: `/licenses/${hit.id}`, title: name, details, tag: null };
    }
    case 'requests': {
      const { item, name, status } = hit.shown;
      return { address: `/requests/${hit.id}`, title: item, details: [name], tag: status };
    }
    case 'labels':
      return { address: pages[hit.id]!.address, title: hit.shown.label, details: [], tag: null };
  }
}

/**
 * The recovery card of the asset whose tag or serial is the text; null when the text is anything else too, because then
 * the user has to choose.
 */
export function scannedAsset(hits: readonly Hit[]): string | null {
  const whole = hits.filter(({ place }) => place === places.whole);
  const [hit, ...others] = whole;
  if (hit?.group !== 'assets' || !hit.shown.isNamed || others.length > 0) return null;
  return `/assets/${hit.id}#recovery`;
}
