/** The seed of this run: `npm run prove -- --seed 7`, or the default that the tests use. */
export const seed: number = Number(process.env.PROVE_SEED ?? 20261124);
