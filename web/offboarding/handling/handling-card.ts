import type { ChecklistPage } from '../../../database/offboarding/checklist-page.ts';
import type { ItemWaiting } from '../../../database/offboarding/handling/handling-page.ts';
import type { FormValues, PageNote } from '../../http/pages/page-note.ts';

/** A form of the card that was refused, with its address, the typed values and the message beside each field. */
export interface RefusedForm extends Pick<PageNote, 'errors' | 'values'> {
  address: string;
}

/** An open item that can wait for something. */
interface WaitingChoice extends ItemWaiting {
  /** The value in the form, such as `hardware:12`. */
  value: string;
  label: string;
}

/** The data of the card about the owner, the notes and what the items wait for. */
export function handlingCard(leaver: ChecklistPage, refused?: RefusedForm) {
  const items = leaver.offboarding?.state === 'open' ? itemsOf(leaver) : [];
  return {
    ...leaver.handling,
    isOpen: leaver.offboarding?.state === 'open',
    items,
    waiting: items.filter(({ waitingUntil }) => waitingUntil !== null),
    /** The typed values and the errors of the form with this address. */
    formAt: (address: string): { values: FormValues; errors: Readonly<Record<string, string>> } =>
      refused?.address === address
        ? { values: refused.values ?? {}, errors: refused.errors ?? {} }
        : { values: {}, errors: {} },
  };
}

const itemsOf = ({ hardware, seats, requests }: ChecklistPage): WaitingChoice[] => [
  // A corrected device has no open assignment.
  ...hardware
    .filter(({ correctedAt }) => correctedAt === null)
    .map((item) => choice('hardware', item, `${item.tag}, ${item.model}`)),
  ...seats.map((item) => choice('software', item, item.license)),
  ...requests.map((item) => choice('request', item, item.item)),
];

const choice = (
  kind: string,
  { id, waitingFor, waitingUntil }: ItemWaiting & { id: number },
  label: string,
): WaitingChoice => ({ value: `${kind}:${id}`, label, waitingFor, waitingUntil });
