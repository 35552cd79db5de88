import type { Request } from 'express';
import { renewSession } from '../../../database/access/proofs.ts';
import { sha256 } from '../../../database/core/hash.ts';
import { giveNewId, type ProviderSession } from '../../http/middleware/session.ts';
import type { Services } from '../../http/services.ts';
import { sessionKeyOf } from '../sign-in.ts';
import type { Way } from './way.ts';

/**
 * Gives the session of someone who has proved who they are a new id (ASVS 7.2.4). Its start stays, and so does its end.
 * Returns false when it has ended meanwhile.
 */
export function renewProved(
  { database }: Pick<Services, 'database'>,
  request: Request,
  { by, provider }: { by: Way['name']; provider?: ProviderSession },
): Promise<boolean> {
  const data = { provenAt: Date.now(), ...(provider && { provider }) };
  const from = sessionKeyOf(request);
  return giveNewId(request, data, (newId) =>
    renewSession(database.em, request.session.userId!, { by, from, to: sha256(newId), data }),
  );
}
