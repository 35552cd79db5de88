import { hasPassword } from '../../../database/access/change-password.ts';
import { accountsAt } from '../../../database/access/proofs.ts';
import type { Services } from '../../http/services.ts';
import type { SignedIn } from '../../http/signed-in.ts';
import { passwordWay } from './password.ts';
import type { Way } from './way.ts';

/** How a person can prove who they are; empty after a sign-in link where passwords are off. */
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
