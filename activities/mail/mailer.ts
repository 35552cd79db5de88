import { createTransport } from 'nodemailer';
import type { Sender } from '../../config/environment.ts';
import type { MailOutcome } from '../../domain/mail/mails.ts';

/** A mail as it goes out. */
export interface OutgoingMail {
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  /** The same for every try, so that one that arrives twice can be recognised. */
  messageId: string;
  /** The address that stops mails of this kind. */
  unsubscribe: string;
}

/** Sends mails by one server. */
export interface Mailer {
  /**
   * Makes one try and says how it ended. `signal` ends it early; it then throws instead. `onError` gets what went
   * wrong, for the log: it may name the receiver.
   */
  send(
    mail: OutgoingMail,
    trying: { signal: AbortSignal; onError: (error: unknown) => void },
  ): Promise<MailOutcome>;
  /** The domain that mails come from. */
  domain: string;
}

/** For each step of the conversation, in milliseconds. */
const patience = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
  dnsTimeout: 10_000,
};

/** For the whole of it, in milliseconds: a server that says something now and then would hold its place for ever. */
const usualTotalMs = 120_000;

/**
 * A mailer for SMTP_URL. Every mail has a connection of its own: a pool would go on sending what its caller has
 * given up. Encrypted where the server offers it; `?requireTLS=true` insists on it.
 */
export function smtpMailer(url: string, from: Sender, { totalMs = usualTotalMs } = {}): Mailer {
  const transport = createTransport(withPatience(url), { from });

  return {
    domain: from.address.split('@')[1]!,
    async send(mail, { signal, onError }) {
      const address = oneLine(mail.to.address);
      if (!isPlainAddress(address)) return 'bad_address';
      try {
        await transport.sendMail({
          to: { name: oneLine(mail.to.name), address },
          // Nobody else, whatever the header says.
          envelope: { from: from.address, to: [address] },
          subject: oneLine(mail.subject),
          text: mail.text,
          html: mail.html,
          messageId: mail.messageId,
          headers: {
            'List-Unsubscribe': `<${mail.unsubscribe}>`,
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
            'Auto-Submitted': 'auto-generated',
          },
          signal: AbortSignal.any([signal, AbortSignal.timeout(totalMs)]),
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

/** What the address itself says wins. */
function withPatience(address: string): string {
  const url = new URL(address);
  for (const [name, ms] of Object.entries(patience)) {
    if (!url.searchParams.has(name)) url.searchParams.set(name, String(ms));
  }
  return url.href;
}

/** A line break would begin another header. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();

const isPlainAddress = (address: string): boolean =>
  /^[^\s<>(),;:\\"[\]@]+@[^\s<>(),;:\\"[\]@]+$/.test(address);

interface SmtpError {
  code?: unknown;
  responseCode?: unknown;
  command?: unknown;
}

/** The commands whose refusal is about this mail; any other refusal is the operator's to mend. */
const aboutTheMail: readonly unknown[] = ['RCPT TO', 'DATA'];

/** What an error of the conversation means for the mail. */
export function outcomeOf(error: unknown): MailOutcome {
  const { code, responseCode, command } = (error ?? {}) as SmtpError;
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') return 'sign_in_refused';
  if (code === 'ETLS' || code === 'EREQUIRETLS') return 'tls_failed';
  if (code === 'ETIMEDOUT' || code === 'EABORT') return 'timed_out';
  if (typeof responseCode !== 'number') return 'connection_failed';
  // 503: out of step, which a new connection mends.
  if (responseCode < 500 || responseCode === 503) return 'put_off';
  if (command === 'MAIL FROM') return responseCode === 530 ? 'sign_in_refused' : 'sender_refused';
  return aboutTheMail.includes(command) ? 'refused' : 'put_off';
}
