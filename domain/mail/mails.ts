/** The kinds of mail that each user chooses on their own page. */
export const chosenMailKinds = ['reminders', 'completions', 'problems', 'imports'] as const;
export type ChosenMailKind = (typeof chosenMailKinds)[number];

/** All kinds of mail. Those about a person's own sign-in are always sent. */
export const mailKinds = [...chosenMailKinds, 'security'] as const;
export type MailKind = (typeof mailKinds)[number];

/** `mails.state`. Withheld: the mail had no contents or receiver any more, or there was no mail server. */
export const mailStates = ['pending', 'sent', 'failed', 'withheld'] as const;
export type MailState = (typeof mailStates)[number];

/** The outcomes of one attempt, with the console's words. Only `sent` is a success. */
export const mailOutcomes = {
  sent: 'Sent',
  put_off: 'The mail server asked to try again later',
  refused: 'The mail server refused the recipient or the message',
  sender_refused: "The mail server refused Lastday's sender address",
  sign_in_refused: 'The mail server refused the sign-in',
  connection_failed: "The mail server couldn't be reached",
  tls_failed: 'The secure connection to the mail server failed',
  timed_out: 'The mail server timed out',
  bad_address: "The recipient can't receive email",
} as const;
export type MailOutcome = keyof typeof mailOutcomes;

const minute = 60_000;
const hour = 60 * minute;

/** The delay before each attempt, in milliseconds: twelve attempts over three days. */
const mailSchedule: readonly number[] = [
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

/** The number of attempts at a mail. */
const maxMailAttempts = mailSchedule.length;

/** The outcomes that a retry cannot change. */
const permanentFailures: readonly MailOutcome[] = ['refused', 'bad_address'];

/** The state of a mail after attempt `number`. */
export function stateAfterMailTry(outcome: MailOutcome, number: number): MailState {
  if (outcome === 'sent') return 'sent';
  return permanentFailures.includes(outcome) || number >= maxMailAttempts ? 'failed' : 'pending';
}

const spread = 0.1;

/**
 * The time of the next attempt after attempt `number` failed. The jitter spreads the retries after an outage.
 * `random` is in [0, 1).
 */
export const nextMailTryAfter = (number: number, now: Date, random = Math.random()): Date =>
  new Date(now.getTime() + mailSchedule[number]! * (1 + spread * (2 * random - 1)));
