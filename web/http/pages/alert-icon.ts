import type { Alert } from './rendering.ts';

const icons: Record<Alert['tone'], string> = {
  success: 'circle-check',
  warning: 'clock-exclamation',
  danger: 'alert-circle',
  info: 'info-circle',
};

/** The icon of a message above the page. */
export const alertIcon = (tone: Alert['tone']): string => icons[tone];
