import type { RequestHandler } from 'express';
import { z } from 'zod';
import { publicUrl } from '../../config/environment.ts';
import { createLink, linkPath } from '../../database/access/one-time-links.ts';
import { unlinkAccount } from '../../database/access/provider-accounts.ts';
import { changeRole } from '../../database/access/roles.ts';
import { endSessionsOf } from '../../database/access/sessions.ts';
import type { User } from '../../database/entities/index.ts';
import { userById } from '../../database/people/users.ts';
import { roles } from '../../domain/access/permissions.ts';
import { choice } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { asksFirst, type Confirmation, confirmationPage } from '../http/pages/confirmation.ts';
import { flashSecrets } from '../http/pages/flash-secret.ts';
import { done } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';

const named = z.string().min(1).max(2_000);
const accountForm = z.object({ issuer: named, subject: named });
const roleForm = z.object({ role: choice(roles) });

/** Inviting a person, changing their role, and ending their sessions. */
export const accessPages = (services: Services) => {
  const { em } = services.database;
  const flash = flashSecrets(services);

  /** Creates an invitation and shows its link once, on the person's record. */
  const invite: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    const value = await createLink(em, { userId, purpose: 'invitation', actor: actorOf(response) });
    flash.showAt(response, `/users/${userId}`, publicUrl(services.environment) + linkPath(value));
  };

  const updateRole: RequestHandler = async (request, response) => {
    const user = await userById(em, idIn(request, 'userId', 'person'));
    const { id, name } = user;
    const { role } = readForm(roleForm, request.body);
    if (asksFirst(request) && role === 'super-admin' && user.role !== role) {
      return confirmationPage(request, response, superAdminQuestion(user));
    }
    await changeRole(em, actorOf(response), id, role);
    return done(request, response, `/users/${id}`, `${name}'s role changed.`);
  };

  /** Ends every session of a person, for a lost laptop or a leaked password. */
  const destroySessions: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    await endSessionsOf(em, actorOf(response), userId);
    const { name } = await userById(em, userId);
    return done(request, response, `/users/${userId}`, `${name} is signed out everywhere.`);
  };

  /** Unlinks an account at the provider, which signs the person out everywhere. */
  const unlink: RequestHandler = async (request, response) => {
    const { id, name } = await userById(em, idIn(request, 'userId', 'person'));
    const account = readForm(accountForm, request.body);
    if (asksFirst(request)) return confirmationPage(request, response, unlinkQuestion(id, name));
    await unlinkAccount(em, actorOf(response), id, account);
    return done(request, response, `/users/${id}`, `${name}'s account is unlinked.`);
  };

  return { invite, updateRole, destroySessions, unlinkAccount: unlink };
};

const superAdminQuestion = ({ id, name }: User): Confirmation => ({
  title: `Make ${name} a super admin?`,
  effects: [
    'Super admins can do everything, including changing roles, API tokens, webhooks and workspace settings, and erasing data.',
    'Changing the role signs them out and revokes their API tokens.',
  ],
  button: `Make ${name} a super admin`,
  action: `/users/${id}/role`,
  back: { label: 'Keep current role', address: `/users/${id}` },
});

const unlinkQuestion = (id: number, name: string): Confirmation => ({
  title: `Unlink ${name}'s account at the provider?`,
  effects: [
    `${name} is signed out everywhere.`,
    'Their next sign-in with single sign-on is like the first one. Someone with a role needs an invitation.',
  ],
  button: 'Unlink account',
  action: `/users/${id}/account/unlinking`,
  back: { label: 'Keep account', address: `/users/${id}` },
});
