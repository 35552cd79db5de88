import { describe, expect, it, test } from 'vitest';
import { asHtml } from '../../activities/mail/as-html.ts';
import { asText } from '../../activities/mail/as-text.ts';
import type { Letter } from '../../activities/mail/letter.ts';
import { completionLetter } from '../../activities/mail/letters/completion.ts';
import { importsLetter } from '../../activities/mail/letters/imports.ts';
import { problemsLetter } from '../../activities/mail/letters/problems.ts';
import { remindersLetter } from '../../activities/mail/letters/reminders.ts';
import { makeLinks } from '../../activities/mail/links.ts';
import type { Completion, OpenItem, Reminded } from '../../database/mail-contents.ts';
import { mailTokens } from '../../database/mail-tokens.ts';
import type { Receiver } from '../../database/mails.ts';
import { endOfLastDay } from '../../domain/dates.ts';

const tokens = mailTokens(Buffer.alloc(32, 'key').toString('base64'));
const links = makeLinks('https://lastday.halden.example', tokens);
const footer = {
  workspace: 'Halden Robotics',
  choices: links.to('/me#mail'),
  unsubscribe: 'https://x.example/stop',
};
const textOf = (letter: Letter | null) => asText(letter!, footer);

const receiver = (changes: Partial<Receiver>): Receiver => ({
  id: 9,
  name: 'Ivo Marin',
  email: 'ivo@halden.example',
  role: 'it-admin',
  zone: 'Europe/Berlin',
  isActive: true,
  ...changes,
});
const ivo = receiver({});
const mira = receiver({ id: 2, name: 'Mira Holt', role: 'employee' });

const item = (kind: OpenItem['kind'], what: string, mark: string | null = 'LT-1'): OpenItem => ({
  kind,
  what,
  mark,
  since: new Date('2023-03-01T10:00:00Z'),
});
const laptop = item('hardware', 'ThinkPad T14');
const figma = item('software', 'Figma', 'Figma');

function leaver(changes: Partial<Reminded>): Reminded {
  const person = {
    id: 1,
    name: 'Lena Brandt',
    department: 'Engineering',
    managerId: 2,
    manager: 'Mira Holt',
    lastDay: '2026-12-24',
    zone: 'Europe/Berlin',
    daysLeft: 7,
    items: [laptop, figma],
    ...changes,
  };
  return { ...person, overAt: endOfLastDay(person.lastDay, person.zone) };
}

describe('a reminder to an IT admin', () => {
  test.each([
    [[leaver({})], 'Lena Brandt leaves in 7 days: 1 device and 1 license still open'],
    [[leaver({ daysLeft: 1, items: [laptop] })], 'Lena Brandt leaves tomorrow: 1 device still open'],
    [
      [leaver({ daysLeft: -3, items: [laptop, laptop] })],
      'Lena Brandt had their last day 3 days ago: 2 devices still open',
    ],
    [[leaver({ daysLeft: -1, items: [] })], 'Lena Brandt is ready to be marked as offboarded'],
    [[leaver({}), leaver({ id: 3 })], '2 people with something to clear'],
    [[leaver({}), leaver({ id: 3, daysLeft: -1 })], '2 people with something to clear, 1 of them overdue'],
  ])('says in its subject what it is about', (people, subject) => {
    expect(remindersLetter(people, ivo, links)!.subject).toBe(subject);
  });

  it('lists what is open and leads to the checklist', () => {
    const text = textOf(remindersLetter([leaver({})], ivo, links));
    expect(text).toContain(
      'Lena Brandt\n  Leaves in 7 days, Thu 24 December 2026 · Engineering · Manager: Mira Holt',
    );
    expect(text).toContain(
      '  - ThinkPad T14 (LT-1, since 1 Mar 2023)\n  - Figma (license, since 1 Mar 2023)',
    );
    expect(text).toContain('https://lastday.halden.example/offboarding/1');
  });

  it('says when the day of somebody elsewhere ends, in the reader’s time', () => {
    const onTonga = leaver({ zone: 'Pacific/Tongatapu' });
    const inSamoa = leaver({ zone: 'Pacific/Pago_Pago', daysLeft: -1 });
    const flat = (person: Reminded) => textOf(remindersLetter([person], ivo, links)).replace(/\s+/g, ' ');
    expect(flat(onTonga)).toContain('it ends Thu 24 December 2026, 12:00 (Europe/Berlin)');
    expect(flat(inSamoa)).toContain('it ended Fri 25 December 2026, 12:00 (Europe/Berlin)');
  });

  it('follows the clock of the reader over a DST change', () => {
    const flat = (lastDay: string) =>
      textOf(remindersLetter([leaver({ zone: 'UTC', lastDay })], ivo, links)).replace(/\s+/g, ' ');
    expect(flat('2026-03-27')).toContain('Sat 28 March 2026, 01:00 (Europe/Berlin)');
    expect(flat('2026-03-29')).toContain('Mon 30 March 2026, 02:00 (Europe/Berlin)');
  });

  it('says that there is no manager', () => {
    expect(textOf(remindersLetter([leaver({ manager: null, managerId: null })], ivo, links))).toContain(
      'Manager: none',
    );
  });

  it('shows forty people and says how many more there are', () => {
    const many = Array.from({ length: 500 }, (_, i) =>
      leaver({ id: i + 100, name: `Leaver ${i}`, daysLeft: -2 }),
    );
    const text = textOf(remindersLetter(many, ivo, links));
    expect(text).toContain('Their last day is over (500)');
    expect(text).toContain('Leaver 39\n');
    expect(text).not.toContain('Leaver 40\n');
    expect(text).toContain('And 460 more.');
  });

  it('is not written when everybody is clear and still here', () => {
    expect(remindersLetter([leaver({ items: [] })], ivo, links)).toBeNull();
    expect(remindersLetter([], ivo, links)).toBeNull();
  });
});

describe('a reminder to a manager', () => {
  it('names their people alone, and leads to no page they may not see', () => {
    const text = textOf(
      remindersLetter([leaver({}), leaver({ id: 3, name: 'Timo', managerId: 8 })], mira, links),
    );
    expect(text).toContain('Lena Brandt');
    expect(text).not.toContain('Timo');
    expect(text).not.toContain('/offboarding');
    expect(text).toContain('Please help that this comes back');
  });

  it('is not written when the person reports to somebody else by now', () => {
    expect(remindersLetter([leaver({ managerId: 8 })], mira, links)).toBeNull();
  });
});

describe('a reminder to the leaver', () => {
  const lena = receiver({ id: 1, name: 'Lena Brandt', role: 'employee' });

  it('asks for the devices, and for nothing else', () => {
    const letter = remindersLetter([leaver({})], lena, links);
    expect(letter!.subject).toBe('Your last day is in 7 days: please give back 1 device');
    expect(textOf(letter)).toContain('Your last day is Thu 24 December 2026. Please give these back');
    expect(textOf(letter)).toContain('ThinkPad T14');
    expect(textOf(letter)).not.toContain('Figma');
    expect(textOf(letter)).toContain('https://lastday.halden.example/me');
  });

  it('afterwards says what is still with them', () => {
    const letter = remindersLetter([leaver({ daysLeft: -1 })], lena, links);
    expect(letter!.subject).toBe('Your last day was yesterday: please give back 1 device');
    expect(textOf(letter)).toContain(
      'Your last day was Thu 24 December 2026. Please give back what you still',
    );
  });

  it('is not written to who has no device', () => {
    expect(remindersLetter([leaver({ items: [figma] })], lena, links)).toBeNull();
  });

  it('who is an IT admin is one mail with the others', () => {
    const admin = receiver({ id: 1 });
    const text = textOf(remindersLetter([leaver({}), leaver({ id: 3, name: 'Timo Aalto' })], admin, links));
    expect(text).toContain('Your last day is');
    expect(text).toContain('Timo Aalto');
    expect(text.replace(/\s+/g, ' ')).toContain(
      'because you are leaving and you look after people who leave.',
    );
  });
});

describe('the news of a completion', () => {
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

  it('says who, when in the reader’s time, and what became of the team', () => {
    const letter = completionLetter(completion, mira, links);
    expect(letter.subject).toBe('Lena Brandt has been offboarded');
    const text = textOf(letter).replace(/\s+/g, ' ');
    expect(text).toContain('was completed on Tue 24 November 2026, 11:15 (Europe/Berlin) by Ivo Marin.');
    expect(text).toContain('2 people reported to Lena Brandt and have no manager now.');
    expect(text).toContain('/notifications');
  });

  it('names the token that did it', () => {
    const byToken = {
      ...completion,
      completedBy: 'token:inventory' as const,
      completedByName: null,
      reports: 0,
    };
    expect(textOf(completionLetter(byToken, mira, links)).replace(/\s+/g, ' ')).toContain(
      'by the API token “inventory”.',
    );
  });
});

it('problems are listed in the words of the console', () => {
  const letter = problemsLetter(
    [{ kind: 'offboarding_stuck', about: 'Lena Brandt', own: false, details: { step: 'reminders' } }],
    ivo,
    links,
  );
  expect(letter.subject).toBe('Lastday needs attention');
  expect(textOf(letter).replace(/\s+/g, ' ')).toContain(
    '- The offboarding of Lena Brandt needs attention: a step failed (sending the reminders).',
  );
});

it('the ends of imports come with a link to each that the reader may see', () => {
  const end = (kind: string, importId: number) => ({
    kind: 'import_ended' as const,
    about: null,
    own: false,
    details: { importId, kind, state: 'done', file: `${kind}.csv`, lines: 1_200, created: 1_200 },
  });
  const letter = importsLetter([end('assets', 4), end('users', 5)], ivo, links);
  expect(letter.subject).toBe('2 imports have ended');
  const text = textOf(letter).replace(/\s+/g, ' ');
  expect(text).toContain(
    'The import of assets.csv is done: 1,200 added, 0 changed, 0 unchanged, 0 with errors.',
  );
  expect(text).toContain('https://lastday.halden.example/imports/4');
  expect(text).not.toContain('/imports/5');
});

describe('every letter', () => {
  const evil = `<script>alert(1)</script> & "quotes" 'n' </title><img src=x onerror=alert(1)>`;
  const letter = remindersLetter(
    [leaver({ name: evil, department: evil, manager: evil, items: [item('hardware', evil, evil)] })],
    receiver({ name: evil }),
    links,
  )!;

  it('lets no markup in', () => {
    const html = asHtml(letter, { ...footer, workspace: evil });
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<img');
    expect(html.match(/<title>([^<]*)<\/title>/)![1]).toContain('&lt;script&gt;');
    expect(html).toContain('&quot;quotes&quot; &#39;n&#39;');
  });

  it('says the same as text, with the way to stop it', () => {
    const text = asText(letter, footer);
    expect(text).toContain(evil.split(' ')[0]);
    expect(text).toContain('Stop these: https://x.example/stop');
    expect(text).toContain('Choose your mails: https://lastday.halden.example/me#mail');
    expect(text.split('\n').filter((line) => line.length > 76 && !line.includes('http'))).toEqual([]);
  });

  it('loads nothing from anywhere', () => {
    expect(asHtml(letter, footer)).not.toMatch(/<(img|link|script|iframe)|url\(/);
  });
});

describe('an unsubscribe link', () => {
  it('stops what it was made for', () => {
    const token = tokens.sign({ userId: 17, kind: 'reminders' });
    expect(tokens.read(token)).toEqual({ userId: 17, kind: 'reminders' });
    expect(links.unsubscribe(17, 'reminders')).toBe(`https://lastday.halden.example/unsubscribe/${token}`);
  });

  it('stops nothing when anything in it was changed', () => {
    const token = tokens.sign({ userId: 17, kind: 'reminders' });
    const [kind, id, signature] = token.split('.');
    const forged = [
      `problems.${id}.${signature}`,
      `${kind}.18.${signature}`,
      `${kind}.${id}.${'A'.repeat(22)}`,
      `${kind}.${id}`,
      `${kind}.017.${signature}`,
      '',
      '..',
      `${token}x`,
    ];
    for (const text of forged) expect(tokens.read(text)).toBeNull();
    expect(mailTokens(Buffer.alloc(32, 'other').toString('base64')).read(token)).toBeNull();
  });
});
