import type { MailAbout } from '../../database/offboarding/mails-about.ts';
import type { OffboardingRecord } from '../../database/offboarding/record.ts';
import type { RecordedNotification } from '../../database/offboarding/recorded/notifications.ts';
import { mailOutcomes } from '../../domain/mail/mails.ts';
import { sentKeptDays } from '../../domain/retention.ts';
import { reminderTitle } from './reminder-card.ts';

/** The data of the templates of a completed offboarding. `mailIsOn`: whether a mail server is configured. */
export function recordData(record: OffboardingRecord, mailIsOn: boolean) {
  return {
    ...record,
    notifications: record.notifications.map((told) => ({ ...told, title: titleOf(told) })),
    mails: record.mails.map((mail) => ({
      ...mail,
      reason: mail.state === 'failed' && mail.outcome !== null ? mailOutcomes[mail.outcome] : null,
      ...mailWords[mail.state],
      title: mailTitles[mail.kind],
      mayBeSentAgain: mail.state === 'failed' && mailIsOn,
    })),
    sentKeptDays,
  };
}

function titleOf({ kind, reminder, days }: RecordedNotification): string {
  if (kind !== 'offboarding_reminder' || reminder === null) return notificationTitles[kind];
  const title = reminderTitle({ kind: reminder, days: days ?? 0 });
  return `Reminder: ${title.charAt(0).toLowerCase()}${title.slice(1)}`;
}

const notificationTitles: Record<RecordedNotification['kind'], string> = {
  offboarding_reminder: 'Reminder',
  offboarding_ready: 'Ready to finalize',
  offboarding_stuck: 'A step failed',
  offboarding_completed: 'Offboarding completed',
  tokens_ended: 'API tokens revoked',
  webhook_failed: 'Webhook failed',
};

const mailTitles: Record<MailAbout['kind'], string> = {
  reminders: 'Reminders',
  completions: 'Offboarding completed',
  problems: 'Problems',
  imports: 'Imports',
  security: 'Sign-in',
};

const mailWords: Record<MailAbout['state'], { words: string; tone: string }> = {
  sent: { words: 'Sent', tone: 'tag-done' },
  pending: { words: 'Pending', tone: 'tag-new' },
  failed: { words: 'Failed', tone: 'tag-danger' },
  withheld: { words: 'Not sent', tone: '' },
};
