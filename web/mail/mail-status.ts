import { type Environment, mailSender } from '../../config/environment.ts';

/** The mail settings that pages show; without the password. */
export interface MailStatus {
  /** Host and port. */
  server: string;
  from: string;
}

/** The mail settings; null when no mail server is configured. */
export function mailStatus(environment: Environment): MailStatus | null {
  if (environment.SMTP_URL === undefined) return null;
  const { name, address } = mailSender(environment);
  return { server: new URL(environment.SMTP_URL).host, from: `${name} <${address}>` };
}
