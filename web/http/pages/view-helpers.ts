import type { Response } from 'express';
import { may, type Role, roleLabels } from '../../../domain/access/permissions.ts';
import { sortText } from '../../../domain/sorting.ts';
import { oneOrMany, plural } from '../../../domain/wording/plural.ts';
import { dateWords } from '../../../domain/wording/times.ts';
import { icon, staticFile } from '../static-files.ts';
import { actorLabel } from './actor-label.ts';
import { alertIcon } from './alert-icon.ts';
import { timesFor } from './clock.ts';
import { menuFor } from './menu.ts';
import { sortHeader } from './sorting.ts';

/** The helpers of the templates that need no reader. Times need one: they are in `helpersFor`. */
export const helpers = {
  actor: actorLabel,
  icon,
  staticFile,
  may,
  alertIcon,
  menuFor,
  sortHeader,
  sortText,

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
  date: (date: string | null | undefined) => (date ? dateWords(date) : '—'),

  /** A time in ISO 8601, for `<time datetime>`. */
  iso: (time: Date | string | number) => new Date(time).toISOString(),

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
    return helpers.capitalized(stored.replace(/[_-]/g, ' '));
  },

  /** A text that begins with a capital letter. */
  capitalized: (text: string) => text.charAt(0).toUpperCase() + text.slice(1),

  /** A path with a query string; empty values are left out. */
  withQuery: (path: string, query: Record<string, string | number | null | undefined>) => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
    }
    return search.size === 0 ? path : `${path}?${search}`;
  },
};

/** The helpers for a reader: their times are by the reader's clock. */
export const helpersFor = (response: Response) => ({ ...helpers, ...timesFor(response) });
