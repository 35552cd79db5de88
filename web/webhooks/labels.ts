import type { DeliveryState, EndpointState } from '../../domain/webhooks/webhooks.ts';
import { plural } from '../../domain/wording/plural.ts';

const deliveryTones: Record<DeliveryState, string> = {
  delivered: 'tag-done',
  pending: 'tag-new',
  failed: 'tag-danger',
  disabled: 'tag-warning',
};

/** The CSS class for the colour of a delivery's state. `tries` colours a pending one whose attempts have failed. */
export const deliveryTone = (state: DeliveryState, tries = 0): string =>
  isFailing(state, tries) ? 'tag-warning' : deliveryTones[state];

const isFailing = (state: DeliveryState, tries: number): boolean => state === 'pending' && tries > 0;

const checklistWords: Record<DeliveryState, string> = {
  delivered: 'Delivered',
  pending: 'Pending',
  failed: 'Failed',
  disabled: 'Not sent',
};

/** A delivery's state in words, for the checklist: `Delivered`, or `3 failed attempts` while it is retried. */
export const deliveryOnChecklist = (state: DeliveryState, tries: number): string =>
  isFailing(state, tries) ? plural(tries, 'failed attempt') : checklistWords[state];

const endpointTones: Record<EndpointState, string> = {
  active: 'tag-done',
  paused: 'tag-warning',
  disabled: 'tag-danger',
  deleted: '',
};

/** The CSS class for the colour of an endpoint's state. */
export const endpointTone = (state: EndpointState): string => endpointTones[state];
