import { assetPages } from '../handlers/assets.ts';
import { assignmentPages } from '../handlers/assignments.ts';
import { licensePages } from '../handlers/licenses.ts';
import { requestPages } from '../handlers/requests.ts';
import { resolutionPages } from '../handlers/resolutions.ts';
import { revocationPages } from '../handlers/revocation.ts';
import { seatPages } from '../handlers/seats.ts';
import type { Services } from '../http/services.ts';

/** Hardware, software, and requests for them. */
export const inventoryHandlers = (services: Services) => ({
  assets: assetPages(services),
  assignments: assignmentPages(services),
  licenses: licensePages(services),
  seats: seatPages(services),
  revocation: revocationPages(services),
  requests: requestPages(services),
  resolutions: resolutionPages(services),
});
