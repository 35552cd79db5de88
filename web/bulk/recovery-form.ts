import { z } from 'zod';
import {
  checkRecovery,
  type Recovery,
  returnConditions,
  type StatusAfterRecovery,
  statusesAfterRecovery,
} from '../../domain/assets.ts';
import type { BulkRecovery } from '../../domain/bulk.ts';
import { InvalidInput } from '../../domain/failures.ts';
import { formToken, idField, optionalChoice, optionalNote, optionalText } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';

/** The most devices on one card, because a form may have 200 fields. */
export const mostDevices = 40;

type Body = Record<string, unknown>;

const how = {
  condition: optionalChoice(returnConditions),
  nextStatus: optionalChoice(statusesAfterRecovery),
  note: optionalNote(2000),
};
const common = z.object({ ...how, location: optionalText() });
const own = z.object({ ...how, assignmentId: idField('Reload the page and try again.') });

/** The token of the form, so that sending it twice acts once. */
export const tokenIn = (body: Body): string => readForm(z.object({ token: formToken() }), body).token;

/** The devices of the form, which has an assignment for each: `assignmentId-7` for the asset 7. */
export const deviceIdsIn = (body: Body): number[] =>
  Object.keys(body).flatMap((name) => {
    const id = /^assignmentId-([1-9]\d{0,8})$/.exec(name)?.[1];
    return id === undefined ? [] : [Number(id)];
  });

/**
 * How each device comes back, by its id: what the form says for the device, else what it says for all. Throws
 * InvalidInput, whose fields of one device end with its id.
 */
export function readRecoveries(body: Body): Map<number, BulkRecovery> {
  const ids = deviceIdsIn(body);
  if (ids.length === 0 || ids.length > mostDevices)
    throw new InvalidInput({ nextStatus: `Select from 1 to ${mostDevices} devices.` });
  const forAll = readForm(common, body);
  return new Map(ids.map((id) => [id, recoveryOf(id, forAll, body)]));
}

function recoveryOf(id: number, forAll: z.infer<typeof common>, body: Body): BulkRecovery {
  const fields = Object.keys(own.shape);
  const sent = Object.fromEntries(fields.map((name) => [name, body[`${name}-${id}`]]));
  const { assignmentId, ...one } = inFields(`-${id}`, () => readForm(own, sent));
  const nextStatus = one.nextStatus ?? forAll.nextStatus;
  if (nextStatus === null) throw new InvalidInput({ nextStatus: 'Choose a next status.' });
  const recovery: Recovery & { nextStatus: StatusAfterRecovery } = {
    condition: one.condition ?? forAll.condition,
    nextStatus,
    note: one.note ?? forAll.note,
    // Empty keeps the location of each device.
    ...(forAll.location !== null && { location: forAll.location }),
  };
  inFields(one.nextStatus === null ? '' : `-${id}`, () => checkRecovery(recovery));
  return { assignmentId, ...recovery };
}

/** Runs `read`, and appends `ending` to the names of the fields that it complains about. */
function inFields<T>(ending: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(
      Object.fromEntries(Object.entries(error.fields).map(([name, text]) => [`${name}${ending}`, text])),
    );
  }
}
