import { requestById } from '../../../database/inventory/request-list.ts';
import { createRequest } from '../../../database/inventory/requests.ts';
import { consoleTests } from '../../../testing/web/console.ts';

/** A console where Ivo resolves the requests of Emil, who is not leaving. */
export async function requestTests() {
  const { test: base, em, web } = await consoleTests();
  const test = base
    .extend(
      'makeRequest',
      ({ cast }) =>
        (item = 'Headset') =>
          createRequest(em, 'system', cast.emil.id, { item, reason: null }),
    )
    .extend(
      'resolve',
      ({ ivo }) =>
        (requestId: number, fields: Record<string, string>) =>
          ivo.post(`/requests/${requestId}/resolution`, fields),
    );
  const statusOf = async (requestId: number) => (await requestById(em, requestId)).status;
  return { em, web, test, statusOf };
}

/** The outcomes that a form offers, in order. */
export const offered = (html: string) =>
  [...html.matchAll(/name="outcome" value="(\w+)"/g)].map((match) => match[1]);

/** The assets a form offers to hand out. */
export const offeredAssets = (html: string) =>
  [...html.matchAll(/name="assetId"\s+value="(\d+)"/g)].map((match) => Number(match[1]));
