/** What a mail can be about. Everybody chooses on their own page which of these they want. */
export const mailKinds = ['reminders', 'completions', 'problems', 'imports'] as const;
export type MailKind = (typeof mailKinds)[number];

/** `mails.state`. Withheld: there was nothing left to say, nobody to read it, or no mail server to send it by. */
export const mailStates = ['pending', 'sent', 'failed', 'withheld'] as const;
export type MailState = (typeof mailStates)[number];

/** How one try ended, in words the console shows. Only `sent` is success. */
export const mailOutcomes = {
  sent: 'Sent',
  put_off: 'The mail server asked to try again later',
  refused: 'The mail server refused the address or the message',
  sender_refused: 'The mail server takes no mail from the address Lastday writes from',
  sign_in_refused: 'The mail server did not let Lastday sign in',
  connection_failed: 'The mail server could not be reached',
  tls_failed: 'The secure connection to the mail server could not be made',
  timed_out: 'The mail server did not answer in time',
  bad_address: 'The address is not one that mail can be sent to',
} as const;
export type MailOutcome = keyof typeof mailOutcomes;

const minute = 60_000;
const hour = 60 * minute;

/** How long to wait before each try, in milliseconds: twelve tries over three days. */
export const mailSchedule: readonly number[] = [
  0,
  minute,
  5 * minute,
  15 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  14 * hour,
  16 * hour,
  20 * hour,
];

/** How many tries a mail has. */
export const triesOfMail = mailSchedule.length;

/** What no other try can mend. */
const hopeless: readonly MailOutcome[] = ['refused', 'bad_address'];

/** What a try's outcome means for the mail. */
export function stateAfterMailTry(outcome: MailOutcome, number: number): MailState {
  if (outcome === 'sent') return 'sent';
  return hopeless.includes(outcome) || number >= triesOfMail ? 'failed' : 'pending';
}

const spread = 0.1;

/**
 * When to try again after the try `number` failed, a little earlier or later than scheduled, so that the mails of
 * one outage do not all come back at once. `random` lies in [0, 1).
 */
export const nextMailTryAfter = (number: number, now: Date, random = Math.random()): Date =>
  new Date(now.getTime() + mailSchedule[number]! * (1 + spread * (2 * random - 1)));
