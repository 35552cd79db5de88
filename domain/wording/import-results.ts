import type { AuditDetails } from '../audit.ts';
import { plural } from './plural.ts';

/** The result of an import, as the notification states it. */
export function importResultWords(details: AuditDetails): string {
  const count = (name: string) => Number(details[name] ?? 0);
  const number = (name: string) => count(name).toLocaleString('en');
  const figures = [
    `${number('created')} added`,
    `${number('changed')} changed`,
    `${number('unchanged')} unchanged`,
    `${number('failed')} with errors`,
  ].join(', ');
  const done = count('created') + count('changed') + count('unchanged') + count('failed');
  const part = `${done.toLocaleString('en')} of ${plural(count('lines'), 'line')}`;
  switch (details.state) {
    case 'cancelled':
      return `The import of ${details.file} was cancelled after ${part}: ${figures}.${pendingWords(count('managersPending'))}`;
    case 'failed':
      return `The import of ${details.file} stopped after ${part}, because of repeated errors: ${figures}.`;
    default:
      return `The import of ${details.file} finished${count('failed') > 0 ? ' with errors' : ''}: ${figures}.${warningWords(count('warned'))}`;
  }
}

const warningWords = (lines: number) =>
  lines === 0 ? '' : ` ${plural(lines, 'line has', 'lines have')} warnings.`;

const pendingWords = (people: number) =>
  people === 0
    ? ''
    : ` ${plural(people, 'person still needs', 'people still need')} a manager from this file. Import it again to finish.`;
