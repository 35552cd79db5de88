import type { Connection } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { searchAttributes } from '../engine/contract.ts';

const retention = '90 days';
const alreadyExists = 6;
const notFound = 5;

/**
 * Prepares Temporal for the workflows: creates the namespace, keeps closed workflows for at least 90 days, and registers
 * the search attributes. Idempotent. Throws an Error when an attribute has another type, which an operator must change.
 */
export async function bootstrapTemporal(connection: Connection, namespace: string): Promise<void> {
  await connection.withDeadline(Date.now() + 10_000, async () => {
    await ensureRetention(connection, namespace);
    await registerSearchAttributes(connection, namespace);
  });
}

async function ensureRetention({ workflowService }: Connection, namespace: string) {
  const workflowExecutionRetentionTtl = msToTs(retention);
  const kept = await retentionOf(workflowService, namespace);
  if (kept === null) {
    const request = { namespace, workflowExecutionRetentionPeriod: workflowExecutionRetentionTtl };
    await workflowService.registerNamespace(request).catch(unlessCode(alreadyExists));
  } else if (kept < tsToMs(workflowExecutionRetentionTtl)) {
    await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
  }
}

/** The retention of a namespace in milliseconds; null when the namespace does not exist. */
async function retentionOf(
  service: Connection['workflowService'],
  namespace: string,
): Promise<number | null> {
  try {
    const { config } = await service.describeNamespace({ namespace });
    return tsToMs(config?.workflowExecutionRetentionTtl ?? msToTs(0));
  } catch (error) {
    unlessCode(notFound)(error);
    return null;
  }
}

async function registerSearchAttributes({ operatorService }: Connection, namespace: string) {
  const wanted = Object.values(searchAttributes).map(
    ({ name, type }) => [name, encodeSearchAttributeIndexedValueType(type)!] as const,
  );
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  for (const [name, type] of wanted) {
    const known = customAttributes?.[name];
    if (known !== undefined && known !== null && known !== type) {
      throw new Error(`Temporal has the search attribute ${name} with another type (${known}, not ${type}).`);
    }
  }
  const missing = wanted.filter(([name]) => customAttributes?.[name] == null);
  if (missing.length === 0) return;
  const request = { namespace, searchAttributes: Object.fromEntries(missing) };
  await operatorService.addSearchAttributes(request).catch(unlessCode(alreadyExists));
}

const unlessCode = (code: number) => (error: unknown) => {
  if ((error as { code?: unknown } | null)?.code !== code) throw error;
};
