import { describe, expect } from 'vitest';
import { Notification } from '../../../database/entities/index.ts';
import { cancelImport, startImport } from '../../../database/imports/imports.ts';
import { endImport, executeBatch } from '../../../database/imports/progress.ts';
import { notificationText } from '../../../domain/wording/notifications.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { fileOfTwo, importTests, mailOf, newId, personWith } from './fixture.ts';

const { database, em, test } = await importTests();

const notificationsOf = async (userId: number) =>
  (await em.fork().find(Notification, { userId, kind: 'import_ended' }, { orderBy: { id: 'asc' } })).map(
    ({ kind, details }) => notificationText({ kind, about: null, own: false, details }),
  );

describe('an import', () => {
  test('notifies the user who started it of its result, once', async ({ cast, actor, files }) => {
    const done = await files.run('users', fileOfTwo(cast));
    const { id: cancelled } = await files.upload('users', fileOfTwo(cast));
    await startImport(em, actor, cancelled, null);
    await cancelImport(em, `user:${cast.ada.id}`, cancelled);
    await Promise.all([files.execute(cancelled), files.execute(cancelled)]);
    expect(await notificationsOf(cast.nora.id)).toEqual([
      'The import of file.csv finished: 0 added, 2 changed, 0 unchanged, 0 with errors.',
      'The import of file.csv was cancelled after 0 of 2 lines: 0 added, 0 changed, 0 unchanged, 0 with errors.',
    ]);
    expect(await notificationsOf(cast.ada.id)).toEqual([]);
    expect(await em.fork().count(Notification, { details: { importId: done.id } })).toBe(1);
  });

  test('notifies of the number of errors and of missing managers', async ({ cast, actor, files }) => {
    const [here, boss] = [newId(), newId()];
    const head = ['externalId', 'name', 'email', 'manager'];
    const wrong = ['', 'Nobody', 'nobody', null];
    const people = csvOf(head, [here, 'Here', mailOf(here), boss], [boss, 'Boss', mailOf(boss), null], wrong);
    await files.run('users', csvOf(head, wrong));
    const { id } = await files.upload('users', people);
    await startImport(em, actor, id, null);
    await executeBatch(em, id, { onStep() {}, onDefect() {} });
    await cancelImport(em, actor, id);
    await files.execute(id);
    expect(await notificationsOf(cast.nora.id)).toEqual([
      'The import of file.csv finished with errors: 0 added, 0 changed, 0 unchanged, 1 with errors.',
      'The import of file.csv was cancelled after 3 of 3 lines: 2 added, 0 changed, 0 unchanged, 1 with errors.' +
        ' 1 person still needs a manager from this file. Import it again to finish.',
    ]);
    expect((await files.run('users', people)).results).toMatchObject({ changed: 1, unchanged: 1 });
    expect((await personWith(database, here)).managerId).toBe((await personWith(database, boss)).id);
  });

  test('that a token started notifies the super-admins only when it fails', async ({ cast }) => {
    const nightly = importing(database, 'token:hr');
    const countNotifications = () => em.fork().count(Notification, { kind: 'import_ended' });
    const before = await countNotifications();
    const { id } = await nightly.upload('users', fileOfTwo(cast));
    await startImport(em, 'token:hr', id, null);
    await endImport(em, id, 'failed');
    expect(await notificationsOf(cast.ada.id)).toEqual([
      'The import of file.csv stopped after 0 of 2 lines, because of repeated errors: 0 added, 0 changed, 0 unchanged, 0 with errors.',
    ]);
    const whenStopped = await countNotifications();
    expect(whenStopped).toBeGreaterThan(before);
    await nightly.run('users', fileOfTwo(cast));
    expect(await countNotifications()).toBe(whenStopped);
  });
});
