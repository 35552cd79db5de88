import type { Request, Response } from 'express';
import { secondFactorsOf } from '../../database/access/second-factors/factors.ts';
import { sessionsOf } from '../../database/access/sessions.ts';
import { mailPreferencesOf } from '../../database/mail/preferences.ts';
import { readChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { may } from '../../domain/access/permissions.ts';
import { todayIn } from '../../domain/dates.ts';
import { type ChosenMailKind, chosenMailKinds } from '../../domain/mail/mails.ts';
import { sessionKeyOf } from '../access/sign-in.ts';
import type { PageNote } from '../http/pages/page-note.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { absoluteLimitMs } from '../http/session-limits.ts';
import { type SignedIn, signedIn } from '../http/signed-in.ts';
import { mailStatus } from '../mail/mail-status.ts';
import { browserLabel } from './browser-label.ts';

/** The label and the hint of each kind of mail. */
const mailWords: Record<ChosenMailKind, { label: string; hint: string }> = {
  reminders: {
    label: 'Reminders',
    hint: 'What you have to return, and what people who are leaving still have. At most one a day.',
  },
  completions: {
    label: 'Completed offboardings',
    hint: 'When one of your direct reports is offboarded.',
  },
  problems: {
    label: 'Problems',
    hint: 'When something needs you: failed steps, webhooks, revoked API tokens. At most one a day.',
  },
  imports: {
    label: 'Imports',
    hint: 'Results of your imports. At most one a day.',
  },
};

/** The kinds of mail that a person's role can receive. */
export const mailKindsFor = ({ role }: SignedIn): ChosenMailKind[] =>
  chosenMailKinds.filter((kind) => {
    if (kind === 'problems') return may(role, 'manage-workspace');
    return kind !== 'imports' || may(role, 'manage-inventory');
  });

/** Renders the signed-in person's own page, with the errors of a refused form. */
export const ownPage =
  ({ database, environment }: Services) =>
  async (request: Request, response: Response, { errors = {} }: PageNote): Promise<void> => {
    const me = signedIn(response);
    const unwanted = await mailPreferencesOf(database.em, me.id);
    const sessions = await sessionsOf(database.em, me.id, new Date(Date.now() - absoluteLimitMs));
    const ours = sessionKeyOf(request);
    const person = await readChecklistPage(database.em, me.id);
    page(response, 'me/show', {
      title: 'My page',
      person,
      today: todayIn(person.zone, new Date()),
      errors,
      hasPasswords: environment.SIGN_IN !== 'sso',
      factors: await secondFactorsOf(database.em, me.id),
      mail: mailStatus(environment),
      mails: mailKindsFor(me).map((kind) => ({
        kind,
        ...mailWords[kind],
        isWanted: !unwanted.includes(kind),
      })),
      sessions: sessions.map((session) => ({
        ...session,
        browser: browserLabel(session.userAgent),
        isThis: session.key === ours,
      })),
    });
  };
