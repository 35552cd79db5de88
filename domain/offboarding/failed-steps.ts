const steps = {
  reading: 'reading what is open',
  reminders: 'sending the reminders',
  completion: 'marking them as offboarded',
  sending: 'sending the webhooks and mails',
} as const;

/** A step of an offboarding's process that may fail for good and then waits for a person. */
export type Step = keyof typeof steps;

/** Such a step as people read it. */
export const stepWords = (step: string): string => (Object.hasOwn(steps, step) ? steps[step as Step] : step);
