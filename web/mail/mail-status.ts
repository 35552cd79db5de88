import { type Environment, mailSender } from '../../config/environment.ts';

/** What pages say about how mail is sent; never the password. */
export interface MailStatus {
  /** Host and port. */
  server: string;
  from: string;
}

/** How mail is sent; null where no mail server is set. */
export function mailStatus(environment: Environment): MailStatus | null {
  if (environment.SMTP_URL === undefined) return null;
  const { name, address } = mailSender(environment);
  return { server: new URL(environment.SMTP_URL).host, from: `${name} <${address}>` };
}
