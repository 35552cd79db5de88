import type { Machine } from '../machine/machine.ts';

/** One of this many people leaves. */
const leaverEvery = 200;

/** A CSV file of `count` people with external ids `name-0`, `name-1` …: the next line is the manager, and some leave. */
export function bulkFile(name: string, count: number): string {
  const lines = ['externalId,name,email,department,jobTitle,manager,endDate'];
  for (let i = 0; i < count; i++) {
    const manager = i + 1 < count ? `${name}-${i + 1}` : '';
    const endDate = i % leaverEvery === 0 ? `2099-${String((i % 12) + 1).padStart(2, '0')}-28` : '';
    lines.push(
      `${name}-${i},Person ${i} of ${name},${name}.${i}@example.com,Department ${i % 40},Engineer,${manager},${endDate}`,
    );
  }
  return lines.join('\n');
}

/** How many people of a file leave. */
export const leaversOf = (count: number): number => Math.ceil(count / leaverEvery);

/** Counts of the imported people and of their audit entries. */
export interface ImportedCounts {
  people: number;
  managed: number;
  leaving: number;
  created: number;
  managersChanged: number;
  opened: number;
}

export async function countImported({ pool }: Machine, name: string): Promise<ImportedCounts> {
  const { rows } = await pool.query<ImportedCounts>(
    `with imported as (select id, manager_id from users where external_id like $1)
     select (select count(*)::int from imported) as people, (select count(manager_id)::int from imported) as managed,
       (select count(*)::int from offboardings o join imported on imported.id = o.user_id where o.state = 'open') as leaving,
       count(*) filter (where a.action = 'user.created')::int as created,
       count(*) filter (where a.action = 'user.manager_changed')::int as "managersChanged",
       count(*) filter (where a.action = 'offboarding.opened')::int as opened
     from audit_entries a join imported on imported.id = a.user_id`,
    [`${name}-%`],
  );
  return rows[0]!;
}

/** The counts when every line was imported once. */
export const expectedCounts = (count: number): ImportedCounts => ({
  people: count,
  managed: count - 1,
  leaving: leaversOf(count),
  created: count,
  managersChanged: count - 1,
  opened: leaversOf(count),
});

/** The workflow ids of imported leavers that do not run exactly once. */
export async function withoutOneWorkflow({ pool, client }: Machine, name: string): Promise<string[]> {
  const { rows } = await pool.query<{ workflow: string }>(
    `select 'offboarding-' || o.id as workflow from offboardings o join users u on u.id = o.user_id
     where u.external_id like $1 and o.state = 'open'`,
    [`${name}-%`],
  );
  const runs = new Map<string, number>();
  const query = `WorkflowType = 'offboarding'`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 1_000 }))
    runs.set(workflowId, (runs.get(workflowId) ?? 0) + 1);
  return rows.map(({ workflow }) => workflow).filter((workflow) => runs.get(workflow) !== 1);
}
