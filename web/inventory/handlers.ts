import type { Services } from '../http/services.ts';
import { assetPages } from './assets.ts';
import { assignmentPages } from './assignments.ts';
import { correctionPages } from './corrections.ts';
import { licensePages } from './licenses.ts';
import { requestPages } from './requests.ts';
import { resolutionPages } from './resolutions.ts';
import { revocationPages } from './revocation.ts';
import { seatPages } from './seats.ts';
import { undoPages } from './undo.ts';

export const inventoryHandlers = (services: Services) => ({
  assets: assetPages(services),
  assignments: assignmentPages(services),
  corrections: correctionPages(services),
  licenses: licensePages(services),
  seats: seatPages(services),
  revocation: revocationPages(services),
  requests: requestPages(services),
  resolutions: resolutionPages(services),
  undo: undoPages(services),
});
