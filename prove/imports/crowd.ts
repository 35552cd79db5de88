import type { Machine } from '../machine/machine.ts';

/** One in so many leaves. */
const leaverEvery = 200;

/** A file of `count` people whose external ids begin with `name`: each is managed by the one after, some leave. */
export function crowdFile(name: string, count: number): string {
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

/** How many people of a crowd leave. */
export const leaversOf = (count: number): number => Math.ceil(count / leaverEvery);

/** What there is of a crowd in the database, and what the trail says of it. */
export interface Crowd {
  people: number;
  managed: number;
  leaving: number;
  created: number;
  managersChanged: number;
  opened: number;
}

/** The crowd of that name as it is. */
export async function crowdIn({ pool }: Machine, name: string): Promise<Crowd> {
  const { rows } = await pool.query<Crowd>(
    `with crowd as (select id, manager_id from users where external_id like $1)
     select (select count(*)::int from crowd) as people, (select count(manager_id)::int from crowd) as managed,
       (select count(*)::int from offboardings o join crowd on crowd.id = o.user_id where o.state = 'open') as leaving,
       count(*) filter (where a.action = 'user.created')::int as created,
       count(*) filter (where a.action = 'user.manager_changed')::int as "managersChanged",
       count(*) filter (where a.action = 'offboarding.opened')::int as opened
     from audit_entries a join crowd on crowd.id = a.user_id`,
    [`${name}-%`],
  );
  return rows[0]!;
}

/** The same when all of it has come, once. */
export const wholeCrowd = (count: number): Crowd => ({
  people: count,
  managed: count - 1,
  leaving: leaversOf(count),
  created: count,
  managersChanged: count - 1,
  opened: leaversOf(count),
});

/** The offboardings of a crowd whose workflow does not run, and workflows of its leavers that run twice. */
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
