import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { afterAll, expect, inject, test } from 'vitest';
import { makeLog } from '../../config/log.ts';
import { retryUntilReady } from '../../config/loop.ts';
import { bootstrapTemporal } from '../../worker/bootstrap.ts';

const connection = await Connection.connect({ address: inject('temporalAddress') });
afterAll(() => connection.close());
const { workflowService, operatorService } = connection;

const newNamespace = () => `test-${randomBytes(6).toString('hex')}`;
const register = (namespace: string, days: number) =>
  workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs(`${days} days`),
  });
// A new namespace is not known everywhere at once.
const settled = <T>(work: () => Promise<T>) =>
  retryUntilReady('Engine', work, makeLog('test', 'silent'), AbortSignal.timeout(20_000));
const bootstrap = (namespace: string) => settled(() => bootstrapTemporal(connection, namespace));

async function retentionDays(namespace: string) {
  const { config } = await workflowService.describeNamespace({ namespace });
  return tsToMs(config!.workflowExecutionRetentionTtl!) / 86_400_000;
}
const attributesOf = async (namespace: string) =>
  Object.keys((await operatorService.listSearchAttributes({ namespace })).customAttributes!);

test('bootstrap creates the namespace with 90 days of retention and the search attributes, and is idempotent', async () => {
  const namespace = newNamespace();
  await bootstrap(namespace);
  await bootstrap(namespace);
  expect(await retentionDays(namespace)).toBe(90);
  expect(await attributesOf(namespace)).toEqual(
    expect.arrayContaining([
      'OffboardingState',
      'LastDay',
      'OpenHardware',
      'OpenSeats',
      'OpenRequests',
      'Department',
      'NeedsAttention',
    ]),
  );
});

test('bootstrap extends a short retention, and keeps a longer one', async () => {
  const [short, long] = [newNamespace(), newNamespace()];
  await register(short, 1);
  await register(long, 400);
  await bootstrap(short);
  await bootstrap(long);
  expect(await retentionDays(short)).toBe(90);
  expect(await retentionDays(long)).toBe(400);
});

test('bootstrap fails on a search attribute of another type, and names it', async () => {
  const namespace = newNamespace();
  await register(namespace, 1);
  const keyword = 2;
  await settled(() =>
    operatorService.addSearchAttributes({ namespace, searchAttributes: { LastDay: keyword } }),
  );
  await expect(bootstrapTemporal(connection, namespace)).rejects.toThrow(/LastDay/);
});
