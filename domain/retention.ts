/** Retention of closed webhook events and mails, in days, because they contain personal data. Audit entries stay. */
export const sentKeptDays = 90;
