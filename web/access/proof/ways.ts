import type { Request, Response } from 'express';
import { hasPassword } from '../../../database/access/change-password.ts';
import { accountsAt } from '../../../database/access/proofs.ts';
import type { Services } from '../../http/services.ts';
import type { SignedIn } from '../../http/signed-in.ts';
import { passwordWay } from './password.ts';

/** A way to prove who is at the browser. The view `proof/_<name>` shows it. */
export interface Way {
  name: 'password' | 'provider';
  /**
   * Checks what the form sent in `proof_<name>`. Throws InvalidInput with the error of this field. Without it, the view leads
   * elsewhere.
   */
  check?: (sent: unknown, request: Request, response: Response) => Promise<void>;
}

/** The ways in which a person can prove who they are; none after a sign-in link where passwords are off. */
export async function waysToProve(services: Services): Promise<(person: SignedIn) => Promise<Way[]>> {
  const { database, environment, provider } = services;
  const password = await passwordWay(services);
  return async ({ id }) => {
    const ways: Way[] = [];
    if (environment.SIGN_IN !== 'sso' && (await hasPassword(database.em, id))) ways.push(password);
    if (provider && (await accountsAt(database.em, id, provider.settings.issuer)).length > 0)
      ways.push({ name: 'provider' });
    return ways;
  };
}
