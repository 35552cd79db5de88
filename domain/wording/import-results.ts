import type { AuditDetails } from '../audit.ts';

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
  const part = `${done.toLocaleString('en')} of ${number('lines')} ${count('lines') === 1 ? 'line' : 'lines'}`;
  switch (details.state) {
    case 'cancelled':
      return `The import of ${details.file} was cancelled after ${part}: ${figures}.${pendingWords(count('managersPending'))}`;
    case 'failed':
      return `The import of ${details.file} stopped after ${part}, because something failed again and again: ${figures}.`;
    default:
      return `The import of ${details.file} is done${count('failed') > 0 ? ', with errors' : ''}: ${figures}.${warningWords(count('warned'))}`;
  }
}

const warningWords = (lines: number) =>
  lines === 0 ? '' : ` ${lines.toLocaleString('en')} ${lines === 1 ? 'line has' : 'lines have'} warnings.`;

const pendingWords = (people: number) =>
  people === 0
    ? ''
    : ` ${people.toLocaleString('en')} ${people === 1 ? 'person is' : 'people are'} still without the manager of the file. Import it again to set it.`;
