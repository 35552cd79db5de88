/** What a message above the page is about, in colour. */
export type AlertTone = 'success' | 'warning' | 'danger' | 'info';

const icons: Record<AlertTone, string> = {
  success: 'circle-check',
  warning: 'clock-exclamation',
  danger: 'alert-circle',
  info: 'info-circle',
};

/** The icon of a message above the page. */
export const alertIcon = (tone: AlertTone): string => icons[tone];
