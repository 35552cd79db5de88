import { describe, expect, test } from 'vitest';
import { completionMail } from '../../../activities/mail/templates/completion.ts';
import { importsMail } from '../../../activities/mail/templates/imports.ts';
import { problemsMail } from '../../../activities/mail/templates/problems.ts';
import type { Completion } from '../../../database/mail/contents.ts';
import { ivo, links, mira, textOf } from './fixtures.ts';

describe('the mail about a completion', () => {
  const completion: Completion = {
    leaverId: 1,
    name: 'Lena Brandt',
    jobTitle: 'Team Lead',
    department: 'Engineering',
    completedAt: new Date('2026-11-24T10:15:00Z'),
    completedBy: 'user:9',
    completedByName: 'Ivo Marin',
    reports: 2,
  };

  test('names the leaver, the time in the reader’s zone, and the reports', () => {
    const letter = completionMail(completion, mira, links);
    expect(letter.subject).toBe('Lena Brandt is now offboarded');
    const text = textOf(letter).replace(/\s+/g, ' ');
    expect(text).toContain('was offboarded on Tue 24 November 2026, 11:15 Europe/Berlin by Ivo Marin.');
    expect(text).toContain('2 people who reported to Lena Brandt now have no manager.');
    expect(text).toContain('/notifications');
  });

  test('names the token that completed it', () => {
    const byToken = {
      ...completion,
      completedBy: 'token:inventory' as const,
      completedByName: null,
      reports: 0,
    };
    expect(textOf(completionMail(byToken, mira, links)).replace(/\s+/g, ' ')).toContain(
      'by the API token “inventory”.',
    );
  });
});

test('problems are described in the words of the console', () => {
  const letter = problemsMail(
    [{ kind: 'offboarding_stuck', about: 'Lena Brandt', own: false, details: { step: 'reminders' } }],
    ivo,
    links,
  );
  expect(letter.subject).toBe('1 problem in Lastday needs your attention');
  expect(textOf(letter).replace(/\s+/g, ' ')).toContain(
    "- Lena Brandt's offboarding needs attention: a step failed (sending reminders).",
  );
});

test('problems of the directory link to the page that decides them', () => {
  const letter = (kind: 'directory_limited' | 'webhook_failed') =>
    textOf(problemsMail([{ kind, about: null, own: false, details: {} }], ivo, links));
  expect(letter('directory_limited')).toContain('/settings/directory');
  expect(letter('webhook_failed')).not.toContain('/settings/directory');
});

test('finished imports are linked if the reader may see them', () => {
  const end = (kind: string, importId: number) => ({
    kind: 'import_ended' as const,
    about: null,
    own: false,
    details: { importId, kind, state: 'done', file: `${kind}.csv`, lines: 1_200, created: 1_200 },
  });
  const letter = importsMail([end('assets', 4), end('users', 5)], ivo, links);
  expect(letter.subject).toBe('2 imports finished');
  const text = textOf(letter).replace(/\s+/g, ' ');
  expect(text).toContain(
    'The import of assets.csv finished: 1,200 added, 0 changed, 0 unchanged, 0 with errors.',
  );
  expect(text).toContain('https://lastday.halden.example/imports/4');
  expect(text).not.toContain('/imports/5');
});
