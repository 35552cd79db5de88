const steps = {
  reading: 'reading open items',
  reminders: 'sending reminders',
  completion: 'marking them as offboarded',
  sending: 'sending webhooks and emails',
} as const;

/** A step of the offboarding workflow that can fail for good and then waits for a user. */
export type Step = keyof typeof steps;

/** The name of a step in the console; an unknown step is returned as it is. */
export const stepWords = (step: string): string => (Object.hasOwn(steps, step) ? steps[step as Step] : step);
