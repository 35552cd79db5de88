/** The seed of this run: `npm run prove -- --seed 7`, else the one that the tests always take. */
export const seed: number = Number(process.env.PROVE_SEED ?? 20261124);
