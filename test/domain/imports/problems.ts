import type { Judgement } from '../../../domain/imports/judgement.ts';

/** What is wrong with a line, each with its field. */
export const problemsIn = ({ problems }: Judgement) =>
  problems.map(({ field, message }) => `${field}: ${message}`);
