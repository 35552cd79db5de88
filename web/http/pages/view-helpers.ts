import { DateTime } from 'luxon';
import { may, type Role, roleLabels } from '../../../domain/access/permissions.ts';
import { oneOrMany, plural } from '../../../domain/wording/plural.ts';
import { icon, staticFile } from '../static-files.ts';
import { actorLabel } from './actor-label.ts';
import { alertIcon } from './alert-icon.ts';
import { menuFor } from './menu.ts';
import { sortHeader } from './sorting.ts';

/** Created once, because creating a format is slow and a page has a hundred dates. */
const calendarDate = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** The helpers of the templates, as `h`; the labels of the nouns are added by the app. */
export const helpers = {
  actor: actorLabel,
  icon,
  staticFile,
  may,
  alertIcon,
  menuFor,
  sortHeader,

  /** Makes the data of a form's fields, each with its value and its error. */
  fieldsOf:
    (values: Record<string, unknown>, errors: Record<string, string>) =>
    (name: string, label: string, more: Record<string, unknown> = {}) => ({
      name,
      label,
      value: values[name],
      error: errors[name],
      ...more,
    }),

  /** Stored words as the options of a select field. */
  options: (stored: readonly string[]) => stored.map((word) => [word, helpers.words(word)] as const),

  /** The parts that are not empty, on one line. */
  joined: (parts: readonly (string | null | undefined)[]) => parts.filter(Boolean).join(' · '),

  /** A calendar date: `24 Nov 2026`. */
  date: (date: string | null | undefined) => (date ? calendarDate.format(Date.parse(date)) : '—'),

  /** A time, in a time zone: `24 Nov 2026, 05:55 UTC`. */
  time: (time: Date | string | number | null | undefined, zone = 'utc') => {
    if (time == null) return '—';
    const at = DateTime.fromJSDate(new Date(time), { zone }).setLocale('en-GB');
    return at.toFormat('d LLL yyyy, HH:mm ') + (at.offset === 0 ? 'UTC' : at.offsetNameShort);
  },

  /** A time to the second, in UTC: `24 Nov 2026, 05:55:09 UTC`. */
  exactTime: (time: Date | string) =>
    DateTime.fromJSDate(new Date(time), { zone: 'utc' })
      .setLocale('en-GB')
      .toFormat("d LLL yyyy, HH:mm:ss 'UTC'"),

  /** The day of a time, in a time zone: `24 Nov 2026`. */
  day: (time: Date | string, zone = 'utc') =>
    DateTime.fromJSDate(new Date(time), { zone }).setLocale('en-GB').toFormat('d LLL yyyy'),

  /** A time in ISO 8601, for `<time datetime>`. */
  iso: (time: Date | string | number) => new Date(time).toISOString(),

  /** A verb with its duration: `assigned for 3 years`, `assigned today`. */
  lasting: (verb: string, start: Date | string) => {
    const time = helpers.since(start);
    return time === 'today' ? `${verb} today` : `${verb} for ${time}`;
  },

  /** The duration since a time: `3 years`, `5 months`, `12 days`, `today`. */
  since: (time: Date | string, now = new Date()): string => {
    const days = Math.floor((now.getTime() - new Date(time).getTime()) / 86_400_000);
    if (days < 1) return 'today';
    if (days < 60) return plural(days, 'day');
    if (days < 730) return plural(Math.floor(days / 30.44), 'month');
    return plural(Math.floor(days / 365.25), 'year');
  },

  /** The origin of a URL, for readers who may not see the rest, because it is often a secret. */
  host: (url: string) => {
    if (!URL.canParse(url)) return '…';
    const { origin, href } = new URL(url);
    return href === `${origin}/` ? origin : `${origin}/…`;
  },

  plural,
  oneOrMany,

  /** The initials for an avatar: the first letters of the first and the last word, in any script. */
  initials: (name: string) => {
    const words = name.trim().split(/\s+/);
    const first = [...(words[0] ?? '?')][0] ?? '?';
    const last = words.length > 1 ? ([...words.at(-1)!][0] ?? '') : '';
    return (first + last).toLocaleUpperCase();
  },

  /** A stored word as text: `in_stock` becomes `In stock`, and `it-admin` becomes `IT admin`. */
  words: (stored: string | null | undefined) => {
    if (!stored) return '—';
    if (Object.hasOwn(roleLabels, stored)) return roleLabels[stored as Role];
    const text = stored.replace(/[_-]/g, ' ');
    return text.charAt(0).toUpperCase() + text.slice(1);
  },

  /** A path with a query string; empty values are left out. */
  withQuery: (path: string, query: Record<string, string | number | null | undefined>) => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
    }
    return search.size === 0 ? path : `${path}?${search}`;
  },
};

/** The helpers for a reader: times and days are in the reader's time zone, and times name it. */
export const helpersIn = (zone: string) => ({
  ...helpers,
  time: (time: Parameters<typeof helpers.time>[0], shownIn = zone) => helpers.time(time, shownIn),
  day: (time: Parameters<typeof helpers.day>[0], shownIn = zone) => helpers.day(time, shownIn),
});
