import { Refusal } from '../../../domain/failures.ts';

/** Refuses what needs an open offboarding. */
export const notLeaving = () => new Refusal('not-leaving', 'This person has no open offboarding.');
