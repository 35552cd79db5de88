import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { ApiDocument } from '../../web/api/document/openapi.ts';

/** The parts of a response that the OpenAPI document describes. */
interface DescribedResponse {
  status: number;
  headers: Headers;
  json: unknown;
}

type ResponseCheck = (method: string, path: string, response: DescribedResponse) => void;

const checks = new Map<string, Promise<ResponseCheck>>();

/**
 * Throws if a response does not match the OpenAPI document of its server. Ignores addresses and methods
 * that the document does not contain.
 */
export async function expectAsDescribed(
  address: string,
  method: string,
  path: string,
  response: DescribedResponse,
) {
  const check = checks.get(address) ?? checkFor(address);
  checks.set(address, check);
  (await check)(method, path, response);
}

/** The OpenAPI document of a server. */
export async function documentAt(address: string): Promise<ApiDocument> {
  const response = await fetch(new URL('/api/v1/openapi.json', address));
  return (await response.json()) as ApiDocument;
}

async function checkFor(address: string): Promise<ResponseCheck> {
  const document = await documentAt(address);
  const ajv = validatorOf(document);
  const templates = Object.keys(document.paths ?? {}).map((path) => ({ path, pattern: patternOf(path) }));

  return (method, path, { status, headers, json }) => {
    const template = templates.find(({ pattern }) => pattern.test(path.split('?', 1)[0]!))?.path;
    const verb = method.toLowerCase() as 'get';
    const operation = template === undefined ? undefined : document.paths![template]![verb];
    if (operation === undefined) return;
    const answer = operation.responses?.[String(status) as '200'];
    if (answer === undefined)
      throw new Error(`${method} ${template} answers ${status}, which is not described`);
    const media = headers.get('content-type')?.split(';', 1)[0];
    if (json === null || media === undefined) return;
    const pointer = ['paths', template!, verb, 'responses', String(status), 'content', media, 'schema'];
    const fits = ajv.getSchema(refTo(pointer));
    if (fits === undefined) throw new Error(`${method} ${template} answers ${media}, which is not described`);
    if (!fits(json))
      throw new Error(
        `${method} ${template} ${status}: ${ajv.errorsText(fits.errors)} in ${JSON.stringify(json)}`,
      );
  };
}

const root = 'lastday';

/** A validator that knows every schema of a document. */
export function validatorOf(document: object): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  return ajv.addSchema(document, root);
}

/** The validator's reference to the schema at a path of its document. */
export const refTo = (path: readonly string[]): string =>
  `${root}#/${path.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

const patternOf = (path: string) =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
