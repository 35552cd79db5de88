import type { Request, Response } from 'express';
import { sessionsOf } from '../../database/access/sessions.ts';
import { mailPreferencesOf } from '../../database/mail/preferences.ts';
import { readChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { may } from '../../domain/access/permissions.ts';
import { type MailKind, mailKinds } from '../../domain/mail/mails.ts';
import { sessionKeyOf } from '../access/sign-in.ts';
import type { PageNote } from '../http/pages/page-note.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { absoluteLimitMs } from '../http/session-limits.ts';
import { type SignedIn, signedIn } from '../http/signed-in.ts';
import { mailStatus } from '../mail/mail-status.ts';
import { browserLabel } from './browser-label.ts';

/** The label and the hint of each kind of mail. */
const mailWords: Record<MailKind, { label: string; hint: string }> = {
  reminders: {
    label: 'Reminders',
    hint: 'What you have to give back, and what the people you look after still have. One a day at most.',
  },
  completions: {
    label: 'Completed offboardings',
    hint: 'When somebody who reports to you has been offboarded.',
  },
  problems: {
    label: 'Problems',
    hint: 'When Lastday needs a person: failed steps, webhooks, ended API tokens. One a day at most.',
  },
  imports: {
    label: 'Imports',
    hint: 'How the files ended that you have imported. One a day at most.',
  },
};

/** The kinds of mail that a person's role can receive. */
export const mailKindsFor = ({ role }: SignedIn): MailKind[] =>
  mailKinds.filter((kind) => {
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
    page(response, 'me/show', {
      title: 'My page',
      person: await readChecklistPage(database.em, me.id),
      errors,
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
