import { sql } from 'kysely';
import { settle } from '../../domain/imports/settle-user.ts';
import type { UserFacts } from '../../domain/imports/user-facts.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import type { EvaluatedLine } from './evaluate.ts';

/** Stores for lines that change nothing which fields HR has stated, by one statement if there are any. */
export async function storeStatedFields(
  em: EntityManager,
  lines: readonly EvaluatedLine<UserFacts>[],
): Promise<void> {
  const stated = lines.flatMap(({ subjectId, facts }) => {
    const { hrStated } = settle(facts);
    return subjectId === null || hrStated === facts.user?.ownership?.hrStated
      ? []
      : [{ id: subjectId, hrStated }];
  });
  if (stated.length === 0) return;
  await inTransaction(em, async (transaction) => {
    await sql`
      with stated as (
        select u.id, s."hrStated" from jsonb_to_recordset(${JSON.stringify(stated)}::jsonb) as s(id int, "hrStated" text[])
        join users u on u.id = s.id order by u.id for update of u
      )
      update users u set hr_stated = s."hrStated" from stated s where u.id = s.id`.execute(
      sqlOf(transaction),
    );
  });
}
