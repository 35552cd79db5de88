import { createTransport } from 'nodemailer';
import type { Sender } from '../../config/environment.ts';
import type { MailOutcome } from '../../domain/mail/mails.ts';

/** A mail as it is sent. */
export interface OutgoingMail {
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  /** The same for every attempt, so that a mail program can recognise a duplicate. */
  messageId: string;
  /** The unsubscribe address for mails of this kind; null for mails that are no choice. */
  unsubscribe: string | null;
}

/** Sends mails through one SMTP server. */
export interface Mailer {
  /**
   * Makes one attempt and returns its outcome. Throws when `signal` aborts it. `onError` gets the error for the log,
   * because its message may name the receiver.
   */
  send(
    mail: OutgoingMail,
    options: { signal: AbortSignal; onError: (error: unknown) => void },
  ): Promise<MailOutcome>;
  /** The domain of the sender's address. */
  domain: string;
}

/** For each step of the SMTP session, in milliseconds. */
const smtpTimeoutsMs = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
  dnsTimeout: 10_000,
};

/** For the whole session, because a server that answers slowly enough would never reach the socket timeout. */
const usualTotalTimeoutMs = 120_000;

/**
 * A mailer for SMTP_URL. Every mail has its own connection, because a pool would still send a mail after its caller
 * has aborted it. The connection uses TLS if the server offers it; `?requireTLS=true` requires it.
 */
export function smtpMailer(url: string, from: Sender, { totalTimeoutMs = usualTotalTimeoutMs } = {}): Mailer {
  const transport = createTransport(withTimeouts(url), { from });

  return {
    domain: from.address.split('@')[1]!,
    async send(mail, { signal, onError }) {
      const address = oneLine(mail.to.address);
      if (!isPlainAddress(address)) return 'bad_address';
      try {
        await transport.sendMail({
          to: { name: oneLine(mail.to.name), address },
          // The envelope is explicit, because nodemailer would otherwise take the receivers from the header.
          envelope: { from: from.address, to: [address] },
          subject: oneLine(mail.subject),
          text: mail.text,
          html: mail.html,
          messageId: mail.messageId,
          headers: {
            ...(mail.unsubscribe !== null && {
              'List-Unsubscribe': `<${mail.unsubscribe}>`,
              'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
            }),
            'Auto-Submitted': 'auto-generated',
          },
          signal: AbortSignal.any([signal, AbortSignal.timeout(totalTimeoutMs)]),
        });
        return 'sent';
      } catch (error) {
        signal.throwIfAborted();
        onError(error);
        return outcomeOf(error);
      }
    },
  };
}

/** Adds the timeouts that the address does not set itself. */
function withTimeouts(address: string): string {
  const url = new URL(address);
  for (const [name, ms] of Object.entries(smtpTimeoutsMs)) {
    if (!url.searchParams.has(name)) url.searchParams.set(name, String(ms));
  }
  return url.href;
}

/** Replaces control characters, because a line break would start another header. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();

const isPlainAddress = (address: string): boolean =>
  /^[^\s<>(),;:\\"[\]@]+@[^\s<>(),;:\\"[\]@]+$/.test(address);

interface SmtpError {
  code?: unknown;
  responseCode?: unknown;
  command?: unknown;
}

/** The commands whose refusal is about this mail. Any other refusal is for the operator to fix. */
const aboutTheMail: readonly unknown[] = ['RCPT TO', 'DATA'];

/** The outcome of an attempt that ended with this error of the SMTP session. */
export function outcomeOf(error: unknown): MailOutcome {
  const { code, responseCode, command } = (error ?? {}) as SmtpError;
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') return 'sign_in_refused';
  if (code === 'ETLS' || code === 'EREQUIRETLS') return 'tls_failed';
  if (code === 'ETIMEDOUT' || code === 'EABORT') return 'timed_out';
  if (typeof responseCode !== 'number') return 'connection_failed';
  // 503 is "bad sequence of commands", so a new connection can help.
  if (responseCode < 500 || responseCode === 503) return 'put_off';
  if (command === 'MAIL FROM') return responseCode === 530 ? 'sign_in_refused' : 'sender_refused';
  return aboutTheMail.includes(command) ? 'refused' : 'put_off';
}
