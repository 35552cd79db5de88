import type { ConnectionProblem } from '../../../domain/access/provider-problems.ts';
import type { ConnectionTest } from '../../http/provider.ts';

/** The largest difference between the clocks, in seconds. */
const clockToleranceS = 60;
const longestDetail = 200;

/** Says what is wrong with the connection. */
class Unusable extends Error {
  readonly problem: ConnectionProblem;
  readonly detail: string | null;

  constructor(problem: ConnectionProblem, detail: string | null = null) {
    super(problem);
    this.problem = problem;
    this.detail = detail;
  }
}

/** Asks an issuer for its description and its keys, and returns the first thing that is wrong. */
export async function testConnection(issuer: string, timeoutMs: number): Promise<ConnectionTest> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const asked = Date.now();
    const response = await reach(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, signal);
    const apart = secondsApart(response.headers.get('date'), asked);
    const described = await contentOf(response, 'issuer', signal);
    if (described.issuer !== issuer) throw new Unusable('other-issuer', described.issuer as string);
    await testKeys(described.jwks_uri, signal);
    if (apart > clockToleranceS) throw new Unusable('clock', `${apart} s`);
    return { problem: null, detail: null };
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return { problem: error.problem, detail: error.detail?.slice(0, longestDetail) ?? null };
  }
}

async function testKeys(address: unknown, signal: AbortSignal): Promise<void> {
  if (typeof address !== 'string' || !URL.canParse(address)) throw new Unusable('content', 'jwks_uri');
  try {
    const { keys } = await contentOf(await reach(address, signal), 'keys', signal);
    if ((keys as unknown[]).length === 0) throw new Unusable('no-keys');
  } catch (error) {
    if (!(error instanceof Unusable) || error.problem === 'no-keys') throw error;
    throw new Unusable('keys', error.detail ?? error.problem);
  }
}

async function reach(address: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, { signal, redirect: 'manual', headers: { Accept: 'application/json' } });
  } catch (error) {
    throw unreachable(error, signal);
  }
}

/** The content of a good response, whose member `member` is a text or a list. */
async function contentOf(
  response: Response,
  member: 'issuer' | 'keys',
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Unusable('status', `HTTP ${response.status}`);
  }
  const text = await response.text().catch((error) => {
    throw unreachable(error, signal);
  });
  const content = parsed(text);
  const value = content?.[member];
  const isRight = member === 'issuer' ? typeof value === 'string' : Array.isArray(value);
  if (!isRight) throw new Unusable('content', content === null ? null : member);
  return content!;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' ? (content as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

function unreachable(error: unknown, signal: AbortSignal): Unusable {
  if (signal.aborted) return new Unusable('timeout');
  const { code = null } = (error as { cause?: { code?: string } }).cause ?? {};
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new Unusable('dns', code);
  if (code === 'ECONNREFUSED') return new Unusable('refused', code);
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return new Unusable('timeout', code);
  // OpenSSL's and Node's names of certificate errors, such as CERT_HAS_EXPIRED and ERR_TLS_CERT_ALTNAME_INVALID.
  if (code !== null && /CERT|SELF_SIGNED|UNABLE_TO/.test(code)) return new Unusable('certificate', code);
  return new Unusable('unreachable', code);
}

/** How far apart the clocks are; 0 when the response names no time. */
function secondsApart(date: string | null, asked: number): number {
  const there = Date.parse(date ?? '');
  if (Number.isNaN(there)) return 0;
  // The response was written between the question and now.
  const now = Date.now();
  const apart = there < asked ? asked - there : Math.max(0, there - now);
  return Math.round(apart / 1_000);
}
