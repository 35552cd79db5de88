import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import {
  AuditEntry,
  BulkAction,
  BulkItem,
  Mail,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEvent,
} from '../../../database/entities/index.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { cleanUp } from '../../../database/workspace/housekeeping.ts';
import {
  deleteOldBulkActions,
  deleteOldEvents,
  deleteOldMails,
} from '../../../database/workspace/retention.ts';
import type { MailState } from '../../../domain/mail/mails.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { addAttempt, addDelivery, addReplay, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

const there = async (ids: readonly number[]) =>
  (await em.fork().find(WebhookDelivery, { id: [...ids] }, { orderBy: { id: 'asc' } })).map(({ id }) => id);

test('webhook deliveries are deleted 90 days after they close, with their attempts but not their audit entries', async () => {
  const { emil } = await makeCast(database);
  await setEndDate(em, 'system', emil.id, '2099-12-31');
  const { id } = await subscribe(database);
  const entries = await em.fork().count(AuditEntry);
  const sent = (days: number, state: 'delivered' | 'failed' | 'disabled' | 'pending') =>
    addDelivery(database, id, state, 'user.offboarded', daysAgo(days));
  const old = [await sent(91, 'delivered'), await sent(91, 'failed'), await sent(91, 'disabled')];
  const [young, waiting, replayed] = [
    await sent(89, 'delivered'),
    await sent(200, 'pending'),
    await sent(200, 'failed'),
  ];
  const replay = await addReplay(database, replayed, 'delivered');
  for (const deliveryId of [old[0]!, young]) await addAttempt(database, deliveryId, 1, 'delivered');
  const events = await em.fork().count(WebhookEvent);

  await em.fork().transactional(cleanUp);
  const kept = [young, waiting, replayed, replay];
  expect(await there([...old, ...kept])).toEqual(kept.toSorted((a, b) => a - b));
  expect(await em.fork().count(WebhookEvent)).toBe(events - 3);
  expect((await em.fork().findAll(WebhookAttempt)).map(({ deliveryId }) => deliveryId)).toEqual([young]);
  expect(await em.fork().count(AuditEntry)).toBe(entries);
});

test('mails are deleted 90 days after they close, in any final state', async () => {
  const { emil } = await makeCast(database);
  const fork = em.fork();
  const written = (state: MailState, days: number) =>
    fork.create(Mail, {
      userId: emil.id,
      kind: 'completions',
      state,
      createdAt: daysAgo(days),
      ...(state !== 'pending' && { closedAt: daysAgo(days) }),
    });
  for (const state of ['sent', 'failed', 'withheld'] as const) written(state, 91);
  const kept = [written('sent', 89), written('failed', 89), written('pending', 200)];
  await fork.flush();
  await em.fork().transactional(cleanUp);
  const left = await em.fork().find(Mail, { userId: emil.id }, { orderBy: { id: 'asc' } });
  expect(left.map(({ id }) => id)).toEqual(kept.map(({ id }) => id));
});

test('a row that cannot be deleted does not stop the others', async () => {
  const { emil } = await makeCast(database);
  const fork = em.fork();
  fork.create(Mail, {
    userId: emil.id,
    kind: 'completions',
    state: 'sent',
    createdAt: daysAgo(91),
    closedAt: daysAgo(91),
  });
  await fork.flush();
  await addDelivery(database, (await subscribe(database)).id, 'delivered', 'user.offboarded', daysAgo(91));
  await asOwner(
    own.ownerUrl,
    'alter table webhook_events enable row level security',
    'create policy broken on webhook_events using (1 / (length(id) - length(id)) > 0)',
  );
  await expect(em.fork().transactional(cleanUp)).rejects.toThrow('division by zero');
  await asOwner(
    own.ownerUrl,
    'drop policy broken on webhook_events',
    'alter table webhook_events disable row level security',
  );
  expect(await em.fork().count(Mail, { userId: emil.id })).toBe(0);
});

test('one run deletes the oldest rows up to its batch size, by few statements', async () => {
  const { id } = await subscribe(database);
  const ids: number[] = [];
  for (let days = 120; days > 100; days--)
    ids.push(await addDelivery(database, id, 'delivered', 'user.offboarded', daysAgo(days)));
  const statements = await statementsOf(() => deleteOldEvents(em.fork(), 15));
  expect(statements.length).toBe(5);
  expect(await there(ids)).toEqual(ids.slice(15));
  const { emil } = await makeCast(database);
  await sql`
    insert into mails (user_id, kind, state, closed_at)
    select ${emil.id}, 'completions', 'sent', now() - n * interval '1 day' from generate_series(101, 120) n`.execute(
    sqlOf(em.fork()),
  );
  await deleteOldMails(em.fork(), 15);
  expect(await em.fork().count(Mail, { userId: emil.id })).toBe(5);
  await sql`
    insert into bulk_actions (token, kind, actor, created_at)
    select gen_random_uuid(), 'reminder', 'system', now() - n * interval '1 day' from generate_series(81, 100) n`.execute(
    sqlOf(em.fork()),
  );
  await sql`insert into bulk_items (action_id, position, item_id) select id, 1, 1 from bulk_actions`.execute(
    sqlOf(em.fork()),
  );
  await deleteOldBulkActions(em.fork(), 4);
  expect(await em.fork().count(BulkAction)).toBe(16);
  await deleteOldBulkActions(em.fork());
  expect(await em.fork().count(BulkAction)).toBe(9);
  expect(await em.fork().count(BulkItem)).toBe(9);
});

test('a delivery that is replayed during a run is kept', async () => {
  const { id } = await subscribe(database);
  const sent = await addDelivery(database, id, 'failed', 'user.offboarded', daysAgo(100));
  const owner = new pg.Client(own.ownerUrl);
  await owner.connect();
  onTestFinished(() => owner.end());
  // Reading this event is slow, so that the replay commits before the event is locked.
  const { eventId } = await em.fork().findOneOrFail(WebhookDelivery, { id: sent });
  await owner.query(
    `create policy slowly on webhook_events using (case id when '${eventId}' then pg_sleep(0.5) is not null else true end)`,
  );
  await owner.query('alter table webhook_events enable row level security');
  const turn = em.fork().transactional((transaction) => deleteOldEvents(transaction));
  await eventually(async () => {
    const { rowCount } = await owner.query(
      `select from pg_locks where relation = 'webhook_events'::regclass and mode = 'RowShareLock'`,
    );
    return rowCount! > 0;
  });
  await pause(100);
  await owner.query(
    `insert into webhook_deliveries (event_id, endpoint_id, replay_of)
    select event_id, endpoint_id, id from webhook_deliveries where id = $1`,
    [sent],
  );
  await turn;
  expect(await there([sent])).toEqual([sent]);
});
