import type { Evaluation } from '../../../domain/imports/evaluation.ts';

/** What is wrong with a line, each with its field. */
export const problemsIn = ({ problems }: Evaluation) =>
  problems.map(({ field, message }) => `${field}: ${message}`);
