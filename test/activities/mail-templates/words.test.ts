import { expect, test } from 'vitest';
import { completionMail } from '../../../activities/mail/templates/completion.ts';
import { importsMail } from '../../../activities/mail/templates/imports.ts';
import { problemsMail } from '../../../activities/mail/templates/problems.ts';
import { remindersMail } from '../../../activities/mail/templates/reminders.ts';
import type { AuditDetails } from '../../../domain/audit.ts';
import type { NotificationKind } from '../../../domain/wording/notifications.ts';
import { bannedOnScreen } from '../../../testing/web/screen-words.ts';
import { ivo, leaver, links, mira, receiver, textOf } from './fixtures.ts';

const about = (kind: NotificationKind, details: AuditDetails = {}) => ({
  kind,
  about: 'Lena Brandt',
  own: false,
  details,
});

const problems = [
  about('offboarding_stuck', { step: 'sending' }),
  about('tokens_ended', { tokens: ['hr'] }),
  about('webhook_failed', { url: 'https://hooks.example' }),
  about('webhook_disabled', { url: 'https://hooks.example', reason: 'gone' }),
  about('webhook_disabled', { url: 'https://hooks.example', reason: 'failing' }),
  about('mail_failed', { outcome: 'refused' }),
];

const handled = [
  about('waiting_over', { tag: 'LT-1', until: '2026-12-03' }),
  about('waiting_over', { license: 'Figma', until: '2026-12-03' }),
  about('waiting_over', { until: '2026-12-03' }),
  about('owner_removed', { leavers: 1 }),
];

const imports = ['done', 'cancelled', 'failed'].map((state) =>
  about('import_ended', {
    state,
    kind: 'users',
    file: 'a.csv',
    lines: 9,
    failed: 2,
    warned: 1,
    managersPending: 1,
  }),
);

const leavers = [-3, -1, 0, 1, 7].map((daysLeft, id) => leaver({ id, daysLeft }));

const completion = {
  leaverId: 1,
  name: 'Lena Brandt',
  jobTitle: null,
  department: null,
  completedAt: new Date('2026-11-24T10:15:00Z'),
  completedBy: 'user:9' as const,
  completedByName: null,
  reports: 2,
};

test.each([
  ['reminders of an IT admin', remindersMail(leavers, ivo, links)],
  ['reminders of a manager', remindersMail(leavers, mira, links)],
  ['reminders of the leaver', remindersMail([leaver({ id: 9 })], receiver({ role: 'employee' }), links)],
  ['what an owner handles', remindersMail([], ivo, links, handled)],
  ['a completion', completionMail(completion, mira, links)],
  ['imports', importsMail(imports, ivo, links)],
  ['problems', problemsMail(problems, ivo, links)],
])('the mail about %s has no word that the screen does not use', (_, letter) => {
  expect(bannedOnScreen(`${letter!.subject}\n${letter!.preview}\n${textOf(letter)}`)).toEqual([]);
});
