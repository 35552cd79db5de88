import { Context } from '@temporalio/activity';
import type { EntityManager } from '../database/core/orm.ts';
import { completionOf, noticesOf, remindedOf } from '../database/mail/contents.ts';
import {
  giveUpMail,
  nextMailTry,
  recordMailTry,
  type WaitingMail,
  waitingMail,
  withholdMail,
} from '../database/mail/mails.ts';
import type { Dependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';
import { composeMail } from './mail/compose.ts';
import type { MailContent } from './mail/content.ts';
import type { Links } from './mail/links.ts';
import { completionMail } from './mail/templates/completion.ts';
import { importsMail } from './mail/templates/imports.ts';
import { problemsMail } from './mail/templates/problems.ts';
import { remindersMail } from './mail/templates/reminders.ts';

/** What the mails' processes ask of the database; moments cross as epoch milliseconds. */
export const mailActivities = ({ database }: Dependencies) => ({
  /** The try that comes next, or null when the mail is closed. */
  async nextMailTry(mailId: number): Promise<{ number: number; dueAt: number } | null> {
    const next = await nextMailTry(database.em.fork(), mailId);
    return next === null ? null : { ...next, dueAt: next.dueAt.getTime() };
  },

  /** Closes a mail that cannot be tried at all. */
  giveUpMail: (mailId: number): Promise<void> => giveUpMail(database.em.fork(), mailId),
});

/** Sending mail over the network. */
export const mailingActivities = ({ database, mail: post, log, metrics }: Dependencies) => ({
  /**
   * Makes a try and records it. One that was recorded is not made again; one that was interrupted between sending and
   * recording is, with the same Message-ID. What the mail says is read now, so that nobody is asked for what they
   * have brought back meanwhile.
   */
  async attemptMail(mailId: number, number: number): Promise<void> {
    const em = database.em.fork();
    const mail = await waitingMail(em, mailId, number);
    if (mail === null) return;
    const letter = post === null || !mail.receiver.isActive ? null : await letterFor(em, mail, post.links);
    if (post === null || letter === null) return withholdMail(em, mailId);
    const { cancellationSignal: signal, info } = Context.current();
    const { attempt, workflowExecution } = info;
    const onError = (error: unknown) =>
      log.warn(
        { err: error, mailId, number, attempt, workflowId: workflowExecution?.workflowId },
        'A mail was not taken',
      );
    const outcome = await withHeartbeat(() =>
      post.mailer.send(composeMail(mail, letter, post.links, post.mailer.domain), { signal, onError }),
    );
    await recordMailTry(em, mailId, { number, outcome });
    metrics.mailTried(outcome);
    log.info({ mailId, number, outcome }, 'Mail tried');
  },
});

/** What a mail says now; null when nothing is left to say. */
async function letterFor(em: EntityManager, mail: WaitingMail, links: Links): Promise<MailContent | null> {
  const { id, kind, offboardingId, receiver } = mail;
  if (kind === 'reminders') return remindersMail(await remindedOf(em, id, new Date()), receiver, links);
  if (kind === 'problems' || kind === 'imports') {
    const notices = await noticesOf(em, id);
    const write = kind === 'problems' ? problemsMail : importsMail;
    return notices.length === 0 ? null : write(notices, receiver, links);
  }
  const completion = offboardingId === null ? null : await completionOf(em, offboardingId);
  return completion === null ? null : completionMail(completion, receiver, links);
}
