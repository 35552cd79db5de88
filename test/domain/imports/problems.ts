import type { Evaluation } from '../../../domain/imports/evaluation.ts';

/** The problems of a line with their fields. */
export const problemsIn = ({ problems }: Evaluation) =>
  problems.map(({ field, message }) => `${field}: ${message}`);
