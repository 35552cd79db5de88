import { type RawBuilder, sql } from 'kysely';
import type { AssetStatus } from '../../domain/assets.ts';
import type { RequestStatus } from '../../domain/offboarding/checklist.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import type { EntityManager } from '../core/orm.ts';
import { contains, placeOfHit } from '../core/search.ts';
import { sqlOf } from '../core/tables.ts';
import { hitsOf, type Place, type Searched, type SearchText } from './hits.ts';

/** What a hit shows, by the group that it is in. */
interface FoundRows {
  people: {
    name: string;
    email: string | null;
    externalId: string | null;
    department: string | null;
    status: UserStatus;
  };
  assets: {
    tag: string;
    serial: string | null;
    model: string;
    status: AssetStatus;
    holder: string | null;
    /** Whether the text is its tag or its serial, as identifiers are compared. */
    isNamed: boolean;
  };
  licenses: { name: string; vendor: string | null; seatsUsed: number; seatsTotal: number };
  requests: { item: string; status: RequestStatus; name: string };
  /** A text that the caller gave, by its index. */
  labels: { label: string };
}

export type SearchGroup = keyof FoundRows;

/** One row that was found. */
export type Hit = {
  [Group in SearchGroup]: { group: Group; id: number; place: Place; shown: FoundRows[Group] };
}[SearchGroup];

/** What to search: a text in groups of the database, and in labels such as the names of pages. */
export interface Search {
  text: SearchText;
  groups: readonly Exclude<SearchGroup, 'labels'>[];
  labels: readonly string[];
}

/**
 * The best `limit` hits of each group by one statement, in the order of the groups, labels last. Whole texts come first,
 * then beginnings, then other parts. Texts without three letters or digits in a row are found as beginnings only.
 */
export async function search(
  em: EntityManager,
  { text, groups, labels }: Search,
  limit: number,
): Promise<Hit[]> {
  if (text.typed === '') return [];
  const parts = groups.map((group) => searches[group](text, limit));
  if (labels.length > 0) parts.push(labelHits(text, labels, limit));
  const numbered = parts.map(
    (part, index) => sql`select ${sql.lit(index)} as part, found.* from (${part}) found`,
  );
  const { rows } = await sql<Hit>`
    select "group", id, place, shown from (${sql.join(numbered, sql` union all `)}) hits
    order by part, nth`.execute(sqlOf(em));
  return rows;
}

type PartOf = (text: SearchText, limit: number) => RawBuilder<unknown>;

const people: PartOf = ({ typed, identifier }, limit) => {
  const searched: Searched = {
    table: sql`users`,
    columns: [
      { value: sql`name`, text: typed },
      { value: sql`external_id`, text: identifier },
      { value: sql`email`, text: identifier },
    ],
    where: sql`merged_into is null`,
    ties: sql`id`,
  };
  return sql`
    select 'people' as "group", h.id, h.place, h.nth, jsonb_build_object(
      'name', u.name, 'email', u.email, 'externalId', u.external_id, 'department', u.department,
      'status', u.status) as shown
    from ${hitsOf(searched, limit)} h join users u on u.id = h.id`;
};

const assets: PartOf = ({ identifier }, limit) => {
  const searched: Searched = {
    table: sql`assets`,
    columns: [
      { value: sql`tag`, text: identifier },
      { value: sql`serial`, text: identifier },
    ],
    ties: sql`id`,
  };
  return sql`
    select 'assets' as "group", h.id, h.place, h.nth, jsonb_build_object(
      'tag', a.tag, 'serial', a.serial, 'model', a.model,
      'status', case when u.id is null then a.status else 'assigned' end, 'holder', u.name,
      'isNamed', folded(${identifier}) in (folded(a.tag), folded(a.serial)) is true) as shown
    from ${hitsOf(searched, limit)} h
    join assets a on a.id = h.id
    left join recovery_corrections c on c.asset_id = a.id and c.closed_at is null
    left join assignments o on o.asset_id = a.id and o.returned_at is null
    left join assignments n on n.id = coalesce(o.id, c.assignment_id)
    left join users u on u.id = n.user_id`;
};

const licenses: PartOf = ({ identifier }, limit) => {
  const searched: Searched = {
    table: sql`licenses`,
    columns: [{ value: sql`name`, text: identifier }],
    ties: sql`id`,
  };
  return sql`
    select 'licenses' as "group", h.id, h.place, h.nth, jsonb_build_object(
      'name', l.name, 'vendor', l.vendor, 'seatsUsed', l.seats_used, 'seatsTotal', l.seats_total) as shown
    from ${hitsOf(searched, limit)} h join licenses l on l.id = h.id`;
};

const requests: PartOf = ({ typed }, limit) => {
  const searched: Searched = {
    table: sql`requests`,
    columns: [{ value: sql`item`, text: typed }],
    ties: sql`live, id desc`,
  };
  return sql`
    select 'requests' as "group", h.id, h.place, h.nth, jsonb_build_object(
      'item', r.item, 'status', r.status, 'name', u.name) as shown
    from ${hitsOf(searched, limit)} h join requests r on r.id = h.id join users u on u.id = r.user_id`;
};

const searches = { people, assets, licenses, requests };

/** The labels are few, so they are compared one by one. */
function labelHits({ typed }: SearchText, labels: readonly string[], limit: number): RawBuilder<unknown> {
  const place = placeOfHit([sql`label`], typed);
  return sql`
    select 'labels' as "group", index::int - 1 as id, place, row_number() over (order by place, index) as nth,
      jsonb_build_object('label', label) as shown
    from (
      select label, index, ${place} as place
      from jsonb_array_elements_text(${JSON.stringify(labels)}::jsonb) with ordinality given (label, index)
      where ${contains([sql`label`], typed)}
    ) found
    order by place, index limit ${limit}`;
}
