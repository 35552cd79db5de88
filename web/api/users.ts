import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { patchUser, putUser, type Warning } from '../../database/desired-users.ts';
import { type RepresentedUser, representedUser } from '../../database/represented-users.ts';
import { NotFound } from '../../domain/failures.ts';
import type { Services } from '../services.ts';
import { tokenActorOf } from './authentication.ts';
import { readBody } from './bodies.ts';
import { invalid, pointerTo } from './problems.ts';
import { externalIdInAddress, patchedUser, putUserBody } from './user-schema.ts';

export const userApi = ({ database }: Services) => {
  const { em } = database;

  /** The people with an external id: one or none. */
  const find: RequestHandler = async (request, response) => {
    const { externalId, ...others } = request.query;
    const unknown = Object.keys(others).map((parameter) => ({
      parameter,
      detail: 'There is no such parameter.',
    }));
    if (typeof externalId !== 'string' || externalId === '') {
      throw invalid([{ parameter: 'externalId', detail: 'Give one external id.' }, ...unknown]);
    }
    if (unknown.length > 0) throw invalid(unknown);
    const user = await existing(externalId);
    response.json({ items: user === null ? [] : [user] });
  };

  const show: RequestHandler = async (request, response) => {
    const user = await existing(externalIdOf(request));
    if (user === null) throw new NotFound('user');
    answer(request, response, user);
  };

  const put: RequestHandler = async (request, response) => {
    const externalId = writableExternalId(request);
    const { externalId: repeated, ...desired } = readBody(request, putUserBody);
    refuseOtherId(externalId, repeated);
    const { created, warnings } = await putUser(em, tokenActorOf(response), externalId, desired);
    if (created) response.status(201).location(`/api/v1/users/${encodeURIComponent(externalId)}`);
    await answerStored(request, response, externalId, warnings);
  };

  const patch: RequestHandler = async (request, response) => {
    const externalId = externalIdOf(request);
    const { externalId: repeated, ...desired } = readBody(request, patchedUser);
    refuseOtherId(externalId, repeated);
    const { warnings } = await patchUser(em, tokenActorOf(response), externalId, desired);
    await answerStored(request, response, externalId, warnings);
  };

  async function answerStored(request: Request, response: Response, externalId: string, warnings: Warning[]) {
    const user = await existing(externalId);
    if (user === null) throw new NotFound('user');
    answer(request, response, user, warnings);
  }

  /** PostgreSQL has no character for a zero byte, so nobody is called that. */
  const existing = async (externalId: string): Promise<RepresentedUser | null> =>
    externalId.includes('\0') ? null : representedUser(em, externalId);

  return { find, show, put, patch };
};

/** Sends a person with the hash of their representation as its tag. */
function answer(request: Request, response: Response, user: RepresentedUser, warnings: Warning[] = []) {
  const tag = `"${createHash('sha256').update(JSON.stringify(user)).digest('base64url').slice(0, 27)}"`;
  response.set('ETag', tag);
  if (request.method === 'GET' && hasAlready(request, tag)) return response.status(304).end();
  const told = warnings.map(({ field, message }) => ({ pointer: pointerTo(field), detail: message }));
  return response.json(told.length === 0 ? user : { ...user, warnings: told });
}

const hasAlready = (request: Request, tag: string): boolean =>
  (request.get('If-None-Match') ?? '').split(/\s*,\s*/).some((known) => known.replace(/^W\//, '') === tag);

/** The external id in the address, whatever it is. */
export const externalIdOf = (request: Request): string => String(request.params.externalId);

function writableExternalId(request: Request): string {
  const typed = externalIdOf(request);
  const result = externalIdInAddress.safeParse(typed);
  if (result.success && result.data === typed) return typed;
  const detail = result.error?.issues[0]?.message ?? 'Blanks around it are not allowed.';
  throw invalid([{ parameter: 'externalId', detail }]);
}

/** A body that was read from here may be sent back, but says of nobody else. */
function refuseOtherId(externalId: string, repeated: string | undefined) {
  if (repeated === undefined || repeated === externalId) return;
  throw invalid([{ pointer: '/externalId', detail: 'This is not the external id of the address.' }]);
}
