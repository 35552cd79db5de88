/** How long each proof starts new rounds: `npm run prove -- --minutes 3`. */
export const minutes = Number(process.env.PROVE_MINUTES ?? 8);

export const isTimeUp = (began: number): boolean => Date.now() - began > minutes * 60_000;
