import type { ImportKind } from './imports.ts';

/** What the form shows for a column: a field, `ignore`, or nothing, so that a person has to choose. */
export type Suggestion = string;

/** Words in the header of a column, and the field that it probably is; the surest first. */
const hints: Record<ImportKind, readonly (readonly [RegExp, string])[]> = {
  users: [
    [/manager|supervisor|vorgesetz|report(s|ing)\W*to|f(ü|ue)hrungskraft/, 'manager'],
    [/mail/, 'email'],
    [
      /\b(personal|mitarbeiter|emp|employee|staff|worker|person|payroll)\W*(id|no|nr|num|code|key)/,
      'externalId',
    ],
    [/first\W*name|given|vorname/, 'firstName'],
    [/last\W*name|surname|family|nachname/, 'lastName'],
    [/^(full|display|employee|legal)?\W*name$/, 'name'],
    [
      /exit|leav|terminat|separat|last\W*(working\W*)?day|end\W*(date|of)|austritt|k(ü|ue)ndig|ende\b/,
      'endDate',
    ],
    [/start|hire|join|entry|eintritt|einstell/, 'startDate'],
    [/depart|dept|division|team|abteil|bereich/, 'department'],
    [/job|title|position|role|stelle|funktion/, 'jobTitle'],
    [/zone/, 'timeZone'],
    [/status|active|aktiv/, 'status'],
  ],
  assets: [
    [/serial|serien/, 'serial'],
    [/tag|inventar|inventory|asset\W*(id|no|nr|num|code)/, 'tag'],
    [/holder|assigned|owner|user|employee|mitarbeiter|nutzer/, 'holder'],
    [/model|product|device|ger(ä|ae)t/, 'model'],
    [/location|office|site|standort/, 'location'],
    [/status|state|zustand/, 'status'],
  ],
  licenses: [
    [/seat|quantity|total|count|anzahl/, 'seatsTotal'],
    [/vendor|publisher|manufacturer|supplier|hersteller/, 'vendor'],
    [/user|assigned|member|employee|mail|nutzer/, 'user'],
    [/licen|lizenz|product|software|app/, 'license'],
  ],
};

/** Headers that hold the private facts of a person, a cost center, or the name of another person. */
const misleading =
  /privat|personal\W*e?\W*mail|home|emergency|birth|geburt|kostenst|cost\W*cent|(manager|supervisor|vorgesetz\w*)\W*(full\W*)?name/;

/** A wrong one of these would end or begin somebody's leaving, so a person chooses them. */
const onlyByHand: ReadonlySet<string> = new Set(['endDate', 'status']);

const looksLikeDate = /^(\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})/;

/** A column of a file whose fields are not decided yet. */
export interface UndecidedColumn {
  header: string;
  /** The field that its name says; null when it says none. */
  known: string | null;
  samples: readonly string[];
}

/**
 * What the form shows for each column. A column that looks like an end date, a status or any other date shows nothing,
 * because a person must choose it.
 */
export function suggestedFields(kind: ImportKind, columns: readonly UndecidedColumn[]): Suggestion[] {
  const taken = new Set(columns.map(({ known }) => known));
  const hasHalfName = columns.some(
    ({ known, header }) => known === null && /vorname|first\W*name/i.test(header),
  );
  return columns.map(({ header, known, samples }) => {
    const field = hasHalfName && known === 'name' ? 'lastName' : (known ?? hinted(header));
    if (field !== null) {
      taken.add(field);
      return onlyByHand.has(field) ? '' : field;
    }
    return samples.some((sample) => looksLikeDate.test(sample)) ? '' : 'ignore';
  });

  function hinted(header: string): string | null {
    const words = header.toLowerCase();
    if (misleading.test(words)) return null;
    return (
      hints[kind].find(
        ([pattern, field]) => pattern.test(words) && (!taken.has(field) || onlyByHand.has(field)),
      )?.[1] ?? null
    );
  }
}
