import { type RawBuilder, sql } from 'kysely';
import type { AccountCondition } from '../../domain/directory/conditions.ts';

/** The conditions as SQL over account `a`. Each has an index. */
export const accountFilter = (conditions: readonly AccountCondition[]): RawBuilder<boolean> | undefined =>
  conditions.length === 0 ? undefined : sql<boolean>`(${sql.join(conditions.map(conditionOf), sql` and `)})`;

function conditionOf(condition: AccountCondition): RawBuilder<boolean> {
  switch (condition.attribute) {
    case 'id':
      return isId(sql`a.id`, condition.value);
    case 'userName':
      return sql`folded(a.user_name) = folded(${condition.value})`;
    case 'externalId':
      return sql`folded(a.external_id) = folded(${condition.value})`;
    case 'active':
      return condition.value ? sql`a.active` : sql`not a.active`;
    case 'email': {
      const wanted = condition.type === null ? condition.value : `${condition.type} ${condition.value}`;
      return sql`folded_emails(a.attributes) @> array[folded(${wanted})]`;
    }
  }
}

/** Whether the id is this one. A text that is no UUID is the id of nothing. */
export const isId = (column: RawBuilder<unknown>, id: string): RawBuilder<boolean> =>
  isUuid(id) ? sql`${column} = ${id}::uuid` : sql`false`;

/** Whether a text can be the id of an account or a group. */
export const isUuid = (text: string): boolean => /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(text);
