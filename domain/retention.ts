/** How long what was sent, and to whom, is kept after its end, in days: it holds personal data. The trail stays. */
export const sentKeptDays = 90;
