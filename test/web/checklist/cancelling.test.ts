import { expect, test } from 'vitest';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { ownConsole } from './setup.ts';

const { engine, web, begin } = await ownConsole();
await engine.startWorker();

test('an offboarding is cancelled by an admin, not by an it-admin', async () => {
  const { cast, ivo, page } = await begin();
  expect((await ivo.post(`${page}/cancellation`)).status).toBe(403);
  const nora = await web.signIn(cast.nora.email);
  expect((await nora.get(page)).text).toContain('Cancel offboarding');
  expect((await nora.post(`${page}/cancellation`)).status).toBe(303);
  expect(messagesOn((await nora.get(page)).text)).toBe("success: Lena Brandt's offboarding is cancelled.");
  const again = await nora.post(`${page}/cancellation`);
  expect(again.status).toBe(409);
  expect(messagesOn(again.text)).toBe('danger: This person has no open offboarding.');
  expect(again.text).toContain('id="checklist"');
  const byHtmx = await nora.postByHtmx(`${page}/cancellation`, 'div#checklist');
  expect([byHtmx.status, byHtmx.text.trimStart().slice(0, 19)]).toEqual([409, '<div id="checklist"']);
});
