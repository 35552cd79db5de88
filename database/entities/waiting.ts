import { p } from '@mikro-orm/core';

/** What an open item waits for, until which day, and the day of the last reminder. Both texts are set or none. */
export const waitingColumns = {
  waitingFor: p.text().nullable(),
  waitingUntil: p.date().nullable(),
  /** The day for which the owner was notified, so that each day reminds once. */
  waitingReminded: p.date().nullable(),
};

/** The indexes of the items whose day comes, and of the waiting items of a person. */
export const waitingIndexes = (table: string) => [
  {
    name: `${table}_waiting_until_index`,
    expression: `create index ${table}_waiting_until_index on ${table} (waiting_until)
  where live and waiting_until is not null and waiting_reminded is distinct from waiting_until`,
  },
  {
    name: `${table}_waiting_user_index`,
    expression: `create index ${table}_waiting_user_index on ${table} (user_id) where live and waiting_until is not null`,
  },
];

/** An item that waits has both a text and a day. */
export const waitingCheck = (table: string) => ({
  name: `${table}_waiting_check`,
  expression: '(waiting_for is null) = (waiting_until is null)',
});
