import { promisify } from 'node:util';
import express, { type RequestHandler } from 'express';
import { z } from 'zod';
import { endProviderSessions } from '../../../database/access/provider-sessions.ts';
import { SignInRefused } from '../../../domain/access/sign-in-refusals.ts';
import { NotFound } from '../../../domain/failures.ts';
import type { Services } from '../../http/services.ts';

const maxBodyBytes = 20_000;
const parseForm = promisify(express.urlencoded({ extended: false, limit: maxBodyBytes }));
const call = z.object({ logout_token: z.string().min(1) });

/** Ends the sessions that a logout token names (OpenID Connect Back-Channel Logout 1.0, 2.5). */
export const backChannelLogout =
  ({ provider, database, log }: Services): RequestHandler =>
  async (request, response) => {
    if (provider === null) throw new NotFound('page');
    await parseForm(request, response);
    const body = call.safeParse(request.body);
    const refuse = () => response.status(400).json({ error: 'invalid_request' });
    if (!body.success) return void refuse();
    try {
      const { iss, sub, sid } = await provider.verifyLogoutToken(body.data.logout_token);
      await endProviderSessions(database.em, {
        issuer: iss!,
        subject: sub ?? null,
        sid: typeof sid === 'string' ? sid : null,
      });
      response.status(200).end();
    } catch (error) {
      if (!(error instanceof SignInRefused)) throw error;
      log.warn({ cause: error.refusal, detail: error.detail }, 'logout token refused');
      refuse();
    }
  };
