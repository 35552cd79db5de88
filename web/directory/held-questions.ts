import { type HeldEffects, releasedAtOnce } from '../../database/directory/held.ts';
import { oneOrMany, plural } from '../../domain/wording/plural.ts';
import type { Confirmation } from '../http/pages/confirmation.ts';
import { directoryAddress } from './address.ts';

/** The people in words: `Ada Lindqvist, Bo Ek and 3 more`. */
export function whoWords({ names, total }: Pick<HeldEffects, 'names' | 'total'>): string {
  const rest = total - names.length;
  const all = rest > 0 ? [...names, `${rest} more`] : names;
  return new Intl.ListFormat('en-GB').format(all);
}

const back = { label: 'Cancel', address: `${directoryAddress}#held` };

/** Asks before the deactivations have their effects. */
export const releaseQuestion = (effects: HeldEffects): Confirmation => ({
  title: `Let ${plural(effects.total, 'deactivation')} happen?`,
  effects: [`${whoWords(effects)}.`, ...releaseEffects(effects)],
  button: `Let ${oneOrMany(effects.total, 'it', 'them')} happen`,
  action: `${directoryAddress}/held/release`,
  back,
});

function releaseEffects({ total, leaving, withAccess }: HeldEffects): string[] {
  const known = total - leaving;
  return [
    leaving > 0 &&
      `${plural(leaving, 'offboarding opens', 'offboardings open')} with today as end date, and reminders, emails and webhooks follow.`,
    known > 0 &&
      `${plural(known, 'person has', 'people have')} an end date or an offboarding already. It stays.`,
    withAccess > 0 &&
      `${plural(withAccess, 'super admin loses', 'super admins lose')} access. The last super admin keeps it.`,
    total > releasedAtOnce && `This is done for the first ${releasedAtOnce}; confirm again for the rest.`,
  ].filter((text) => text !== false);
}

/** Asks before the deactivations are forgotten. */
export const dismissalQuestion = (effects: HeldEffects): Confirmation => ({
  title: `Dismiss ${plural(effects.total, 'deactivation')}?`,
  effects: [`${whoWords(effects)}.`, ...dismissalEffects(effects)],
  button: 'Dismiss',
  action: `${directoryAddress}/held/dismissal`,
  back,
});

function dismissalEffects({ total, withAccess }: HeldEffects): string[] {
  const without = total - withAccess;
  return [
    'No offboarding opens.',
    without > 0 &&
      `${plural(without, 'person stays', 'people stay')} without access until the directory says active.`,
    withAccess > 0 && `${plural(withAccess, 'super admin keeps', 'super admins keep')} access.`,
  ].filter((text) => text !== false);
}
