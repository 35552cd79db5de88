/** Retention of closed webhook events, mails and bulk actions, in days, because they contain personal data. Audit entries stay. */
export const sentKeptDays = 90;
