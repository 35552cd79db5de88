/** How long each proof may go on beginning something. */
export const minutes = Number(process.env.PROVE_MINUTES ?? 8);

/** Whether a proof that began at `began` has had its time: `npm run prove -- --minutes 3`. */
export const timeIsUp = (began: number): boolean => Date.now() - began > minutes * 60_000;
