import type { Request, RequestHandler } from 'express';
import { type AssetWithHolder, assetsByIds } from '../../database/inventory/assets.ts';
import { isBrokenInStock, returnConditions, statusesAfterRecovery } from '../../domain/assets.ts';
import { plural } from '../../domain/wording/plural.ts';
import { newToken } from '../../engine/console-client.ts';
import { asksFirst, type Confirmation, confirmationPage } from '../http/pages/confirmation.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { deviceIdsIn, mostDevices, readRecoveries, tokenIn } from './recovery-form.ts';
import { resultAddress } from './result-address.ts';
import { runBulkAction } from './run.ts';
import { idsInAddress } from './selected.ts';

/** Recovering several devices with one card. */
export const recoveryPages = (services: Services) => {
  const { em } = services.database;

  /** The card: one condition and next status for all, changeable for each device. */
  const card: RequestHandler = async (request, response) => {
    const { values = {}, errors = {}, alert = null } = noteOf(response);
    const selected = await selectedIn(request);
    const devices = selected.filter(({ holder }) => holder !== null);
    page(response, 'assets/recovery', {
      title: devices.length === 0 ? 'No devices to recover' : `Recover ${plural(devices.length, 'device')}`,
      devices: devices.slice(0, mostDevices),
      rest: Math.max(0, devices.length - mostDevices),
      notHeld: selected.filter(({ holder }) => holder === null),
      holderId: holderOf(devices),
      conditions: returnConditions,
      nextStatuses: statusesAfterRecovery,
      token: newToken(),
      values,
      errors,
      alert,
    });
  };

  const selectedIn = (request: Request) =>
    assetsByIds(em, request.method === 'POST' ? deviceIdsIn(request.body ?? {}) : idsInAddress(request));

  const create: RequestHandler = async (request, response) => {
    const body = request.body ?? {};
    const recoveries = readRecoveries(body);
    const devices = await assetsByIds(em, [...recoveries.keys()]);
    const broken = devices.filter(({ id }) => isBrokenInStock(recoveries.get(id)!));
    if (asksFirst(request) && broken.length > 0)
      return confirmationPage(request, response, brokenInStock(devices, broken));
    const userId = holderOf(devices);
    const items = devices.map(({ id }) => ({ itemId: id, recovery: recoveries.get(id)! }));
    const id = await runBulkAction(services, {
      token: tokenIn(body),
      kind: 'recovery',
      userId,
      actor: actorOf(response),
      items,
    });
    response.redirect(303, resultAddress(id, userId));
  };

  return { new: card, create };
};

/** The person who has all of these devices; null when they are of several people. */
function holderOf(devices: readonly AssetWithHolder[]): number | null {
  const holders = new Set(devices.map(({ holder }) => holder?.userId ?? null));
  return holders.size === 1 ? [...holders][0]! : null;
}

const brokenInStock = (
  devices: readonly AssetWithHolder[],
  broken: readonly AssetWithHolder[],
): Confirmation => ({
  title: `Put ${plural(broken.length, 'broken device')} back in stock?`,
  effects: [
    `Broken: ${broken.map(({ tag, model }) => `${model}, ${tag}`).join('; ')}.`,
    'Anything in stock can be assigned to the next person. To prevent that, choose another next status.',
  ],
  button: 'Put in stock',
  action: '/assets/recovery',
  back: { label: 'Cancel', address: `/assets/recovery?ids=${devices.map(({ id }) => id).join(',')}` },
});
