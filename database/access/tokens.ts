import { LockMode } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Scope, scopes } from '../../domain/access/scopes.ts';
import { type Actor, actorUserId } from '../../domain/actor.ts';
import { InvalidInput, NotFound, Refusal } from '../../domain/failures.ts';
import { cleanText } from '../../domain/text.ts';
import { record } from '../core/change.ts';
import { toRefusal } from '../core/constraints.ts';
import { sha256 } from '../core/hash.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { ApiToken } from '../entities/index.ts';
import { userHasAccess } from './has-access.ts';
import { isTokenValue, makeTokenValue, prefixOf } from './token-format.ts';
import { isOfWorkspace } from './workspace-tokens.ts';

/** A valid token of an API request, and what it permits. */
export interface ActiveToken {
  id: number;
  name: string;
  scopes: Scope[];
}

/** A token in the list of the settings. `isActive`: the API accepts it now. */
export interface ListedToken extends ActiveToken {
  prefix: string;
  createdBy: number | null;
  createdByName: string | null;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
  /** How many values the token was not allowed to take away in the last days. */
  refused: number;
  isActive: boolean;
}

/**
 * Creates an API token. `value` is the token itself, which is not stored and cannot be shown again. Throws InvalidInput
 * for an invalid name or scope, and a Refusal when a token that was not revoked has the name.
 */
export async function createToken(
  em: EntityManager,
  actor: Actor,
  input: { name: string; scopes: readonly string[] },
): Promise<{ token: ApiToken; value: string }> {
  const createdBy = actorUserId(actor);
  const { name, scopes } = checked(input, createdBy);
  const value = makeTokenValue();
  try {
    return await em.fork().transactional(async (transaction) => {
      const token = transaction.create(ApiToken, {
        name,
        scopes,
        prefix: prefixOf(value),
        hash: sha256(value),
        createdBy,
      });
      await transaction.flush();
      record(transaction, actor, 'token.created', null, { tokenId: token.id, name, scopes });
      return { token, value };
    });
  } catch (error) {
    throw toRefusal(error);
  }
}

/**
 * Changes the name and scopes of a token; its value stays. Throws InvalidInput for an invalid name or scope, a Refusal
 * when another token has the name or this one is revoked, and NotFound.
 */
export async function updateToken(
  em: EntityManager,
  actor: Actor,
  id: number,
  input: { name: string; scopes: readonly string[] },
): Promise<void> {
  try {
    await em.fork().transactional(async (transaction) => {
      const token = await lockedToken(transaction, id);
      const { name, scopes } = checked(input, token.createdBy ?? null);
      if (token.revokedAt) throw new Refusal('token-revoked', 'This token was revoked. Create a new one.');
      if (token.name === name && token.scopes.join() === scopes.join()) return;
      Object.assign(token, { name, scopes });
      record(transaction, actor, 'token.updated', null, { tokenId: id, name, scopes });
    });
  } catch (error) {
    throw toRefusal(error);
  }
}

/** The token with this id. Throws NotFound. */
export async function tokenById(em: EntityManager, id: number): Promise<ApiToken> {
  const token = await em.fork().findOne(ApiToken, { id });
  if (token === null) throw new NotFound('token');
  return token;
}

async function lockedToken(em: EntityManager, id: number): Promise<ApiToken> {
  const token = await em.findOne(ApiToken, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (token === null) throw new NotFound('token');
  return token;
}

/**
 * The token with this value; null when it is unknown, mistyped or revoked, or its creator has no access any more. Updates
 * `lastUsedAt` at most once a minute.
 */
export async function findActiveToken(
  em: EntityManager,
  value: string,
  now = new Date(),
): Promise<ActiveToken | null> {
  if (!isTokenValue(value)) return null;
  const { rows } = await sql<ActiveToken & { lastUsedAt: Date | null }>`
    select t.id, t.name, t.scopes, t.last_used_at as "lastUsedAt"
    from api_tokens t left join users u on u.id = t.created_by
    where t.hash = ${sha256(value)} and ${isActive}`.execute(sqlOf(em));
  if (rows[0] === undefined) return null;
  const { lastUsedAt, ...token } = rows[0];
  if (lastUsedAt === null || now.getTime() - lastUsedAt.getTime() > lastUsedIntervalMs) {
    await em.nativeUpdate(ApiToken, { id: token.id }, { lastUsedAt: now });
  }
  return token;
}

/** Revokes a token for good. Idempotent. Throws NotFound. */
export const revokeToken = (em: EntityManager, actor: Actor, id: number, now = new Date()): Promise<void> =>
  em.fork().transactional(async (transaction) => {
    const token = await lockedToken(transaction, id);
    if (token.revokedAt) return;
    token.revokedAt = now;
    record(transaction, actor, 'token.revoked', null, { tokenId: id, name: token.name });
  });

/**
 * Lets a token take away as much as it likes until a time; what it takes until then does not count later. Throws a
 * Refusal when it is revoked, and NotFound.
 */
export const letTokenContinue = (em: EntityManager, actor: Actor, id: number, until: Date): Promise<void> =>
  em.fork().transactional(async (transaction) => {
    const token = await lockedToken(transaction, id);
    if (token.revokedAt) throw new Refusal('token-revoked', 'This token was revoked. Create a new one.');
    token.unlimitedUntil = until;
    const details = { tokenId: id, name: token.name, until: until.toISOString() };
    record(transaction, actor, 'token.continued', null, details);
  });

/** All tokens, revoked ones included: valid tokens first, then newest first. */
export async function listTokens(em: EntityManager): Promise<ListedToken[]> {
  const { rows } = await sql<ListedToken>`
    select t.id, t.name, t.prefix, t.scopes, t.created_by as "createdBy", u.name as "createdByName",
      (select count(*) from refused_removals r where r.token_id = t.id) as refused,
      t.created_at as "createdAt", t.last_used_at as "lastUsedAt", t.revoked_at as "revokedAt",
      ${isActive} as "isActive"
    from api_tokens t left join users u on u.id = t.created_by
    order by "isActive" desc, t.id desc`.execute(sqlOf(em));
  return rows;
}

/** A token is valid until it is revoked, and only while its creator has access, unless it belongs to the workspace. */
const isActive = sql<boolean>`(t.revoked_at is null and (t.created_by is null or ${isOfWorkspace} or ${userHasAccess('u')}))`;

const lastUsedIntervalMs = 60_000;
const maxNameLength = 60;

/**
 * The name and the scopes as they are stored. A token with the scope scim outlives its creator, so it gets nothing else of
 * theirs: who leaves would otherwise keep it.
 */
function checked(
  input: { name: string; scopes: readonly string[] },
  createdBy: number | null,
): { name: string; scopes: Scope[] } {
  const cleaned = cleanText(input.name, 'identifier');
  const name = 'text' in cleaned ? cleaned.text : '';
  const problems: Record<string, string> = {};
  if ('problem' in cleaned) problems.name = `Name: ${cleaned.problem}`;
  else if (name === '') problems.name = 'Enter a name.';
  else if (name.length > maxNameLength)
    problems.name = `Use at most ${maxNameLength} characters for the name.`;

  const unknown = input.scopes.filter((scope) => !(scopes as readonly string[]).includes(scope));
  if (unknown.length > 0) {
    problems.scopes = `Unknown scope ${unknown.map((scope) => `"${scope}"`).join(', ')}. Known: ${scopes.join(', ')}.`;
  } else if (createdBy !== null && input.scopes.includes('scim') && new Set(input.scopes).size > 1) {
    problems.scopes = 'Choose scim alone, because a token with this scope outlives its creator.';
  } else if (input.scopes.length === 0) problems.scopes = `Choose at least one scope: ${scopes.join(', ')}.`;

  if (Object.keys(problems).length > 0) throw new InvalidInput(problems);
  return { name, scopes: [...new Set(input.scopes as readonly Scope[])] };
}
