import { Context } from '@temporalio/activity';
import type { EntityManager } from '../database/core/orm.ts';
import { completionOf, notificationsInMail, remindedLeavers } from '../database/mail/contents.ts';
import {
  giveUpMail,
  nextMailTry,
  recordMailAttempt,
  waitingMail,
  withholdMail,
} from '../database/mail/mails.ts';
import type { Dependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';
import { composeMail, type SendableMail } from './mail/compose.ts';
import type { MailContent } from './mail/content.ts';
import type { Links } from './mail/links.ts';
import { completionMail } from './mail/templates/completion.ts';
import { importsMail } from './mail/templates/imports.ts';
import { problemsMail } from './mail/templates/problems.ts';
import { remindersMail } from './mail/templates/reminders.ts';
import { securityMail } from './mail/templates/security.ts';

/** The database steps of a mail's workflow. Times are epoch milliseconds. */
export const mailActivities = ({ database }: Dependencies) => ({
  /** The next attempt, or null when the mail is closed. */
  async nextMailTry(mailId: number): Promise<{ number: number; dueAt: number } | null> {
    const next = await nextMailTry(database.em.fork(), mailId);
    return next === null ? null : { ...next, dueAt: next.dueAt.getTime() };
  },

  /** Closes a mail that cannot be attempted at all. */
  giveUpMail: (mailId: number): Promise<void> => giveUpMail(database.em.fork(), mailId),
});

/** Sends mails over the network. */
export const mailingActivities = ({ database, mail: transport, log, metrics }: Dependencies) => ({
  /**
   * Makes one attempt and records it. A recorded attempt is not repeated. An attempt that is interrupted before it is
   * recorded is repeated with the same Message-ID. The content is read now, so that it lists only what is still open.
   */
  async attemptMail(mailId: number, number: number): Promise<void> {
    const em = database.em.fork();
    const mail = await waitingMail(em, mailId, number);
    if (mail === null) return;
    const { receiver } = mail;
    if (transport === null || receiver === null) return withholdMail(em, mailId);
    const sendable = { ...mail, receiver };
    const content = await contentOf(em, sendable, transport.links);
    if (content === null) return withholdMail(em, mailId);
    const { cancellationSignal: signal, info } = Context.current();
    const { attempt, workflowExecution } = info;
    const onError = (error: unknown) =>
      log.warn(
        { err: error, mailId, number, attempt, workflowId: workflowExecution?.workflowId },
        "The mail server didn't accept an email",
      );
    const outcome = await withHeartbeat(() =>
      transport.mailer.send(composeMail(sendable, content, transport.links, transport.mailer.domain), {
        signal,
        onError,
      }),
    );
    await recordMailAttempt(em, mailId, { number, outcome });
    metrics.mailTried(outcome);
    log.info({ mailId, number, outcome }, 'Email attempted');
  },
});

/** The mails whose content is a list of notifications. */
const writers = { problems: problemsMail, imports: importsMail, security: securityMail };

/** The content of a mail as of now; null when nothing is left to say. */
async function contentOf(em: EntityManager, mail: SendableMail, links: Links): Promise<MailContent | null> {
  const { id, kind, offboardingId, receiver } = mail;
  if (kind === 'reminders') {
    const notices = await notificationsInMail(em, id, ['waiting_over', 'owner_removed']);
    return remindersMail(await remindedLeavers(em, id, new Date()), receiver, links, notices);
  }
  if (kind === 'problems' || kind === 'imports' || kind === 'security') {
    const notifications = await notificationsInMail(em, id);
    const write = writers[kind];
    return notifications.length === 0 ? null : write(notifications, receiver, links);
  }
  const completion = offboardingId === null ? null : await completionOf(em, offboardingId);
  return completion === null ? null : completionMail(completion, receiver, links);
}
