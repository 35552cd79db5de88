import type { DeliveryState, EndpointState } from '../../domain/webhooks/webhooks.ts';

const deliveryTones: Record<DeliveryState, string> = {
  delivered: 'tag-done',
  pending: 'tag-new',
  failed: 'tag-danger',
  disabled: 'tag-warning',
};

/** The CSS class for the colour of a delivery's state. */
export const deliveryTone = (state: DeliveryState): string => deliveryTones[state];

const checklistWords: Record<DeliveryState, string> = {
  delivered: 'Delivered',
  pending: 'On its way',
  failed: 'Given up',
  disabled: 'Not sent',
};

/** A delivery's state in words, for the checklist. */
export const deliveryOnChecklist = (state: DeliveryState): string => checklistWords[state];

const endpointTones: Record<EndpointState, string> = {
  active: 'tag-done',
  paused: 'tag-warning',
  disabled: 'tag-danger',
  deleted: '',
};

/** The CSS class for the colour of an endpoint's state. */
export const endpointTone = (state: EndpointState): string => endpointTones[state];
