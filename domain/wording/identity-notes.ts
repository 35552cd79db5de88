import { DateTime } from 'luxon';
import type { CalendarDate } from '../dates.ts';

/** Someone who left and whose address is free again. */
export interface FormerOwner {
  name: string;
  leftOn: CalendarDate;
}

/** An active person with the same name. `reference` is their address, or else their external id. */
export interface Namesake {
  name: string;
  reference: string | null;
}

/** An asset with the same serial, and its holder's name. */
export interface SameSerial {
  tag: string;
  holder: string | null;
}

export const hadAddress = ({ name, leftOn }: FormerOwner): string =>
  `${name}, offboarded on ${DateTime.fromISO(leftOn).toFormat('d LLL yyyy', { locale: 'en' })}, had this email.`;

export const hasThisName = ({ name, reference }: Namesake): string =>
  `Someone else has this name: ${reference === null ? name : `${name} (${reference})`}.`;

export const hasThisSerial = ({ tag, holder }: SameSerial): string =>
  `${tag} has the same serial${holder === null ? '' : ` and is assigned to ${holder}`}.`;

export const lineHasThisSerial = (line: number): string => `Line ${line} has the same serial.`;
