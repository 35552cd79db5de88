import type pg from 'pg';
import { scimAt } from '../../../testing/web/scim/client.ts';
import { findings } from '../schema-invariants.ts';
import type { AnsweredPerson, Stated } from './directory-client.ts';
import type { ProvisionedCompany } from './provisioned.ts';

/** What holds for people of whom a directory speaks, while the limit is off. Each query finds ids that break it. */
const invariants: Record<string, string> = {
  'was offboarded once, and is no more': `
    select u.id from users u where u.id = any($1) and u.offboarding_completed_at is null
      and exists (select from audit_entries where user_id = u.id and action = 'user.offboarded')`,
  'was offboarded twice': `
    select user_id as id from audit_entries where user_id = any($1) and action = 'user.offboarded'
      group by user_id having count(*) > 1`,
  'has another access than the directory says': `
    select u.id from users u join directory_accounts a on a.user_id = u.id
    where u.id = any($1) and u.offboarding_completed_at is null and u.merged_into is null
      and u.directory_inactive <> not (a.active and a.hidden_at is null)`,
  'is active, and leaves because the directory alone stated so': `
    select u.id from users u join directory_accounts a on a.user_id = u.id
      join offboardings o on o.user_id = u.id and o.state = 'open'
    where u.id = any($1) and a.active and a.hidden_at is null and o.opened_by_directory
      and not 'endDate' = any(u.hr_stated) and u.status <> 'offboarded'`,
  'reports to themselves': `
    with recursive above (id, manager_id) as (
      select id, manager_id from users where id = any($1)
      union select a.id, u.manager_id from above a join users u on u.id = a.manager_id)
    select id from above where manager_id = id`,
  'has an account that is not found by its names': `
    select a.user_id as id from directory_accounts a where a.user_id = any($1) and a.hidden_at is null and not exists (
      select from identities i where i.source = 'scim_user_name' and folded(i.external_id) = folded(a.user_name)
        and i.user_id = a.user_id)`,
};

/** What is wrong after a race with directories, in words. */
export async function directoryProblems(
  pool: pg.Pool,
  address: string,
  token: string,
  company: ProvisionedCompany,
  stated: readonly Stated[],
): Promise<string[]> {
  const everybody = company.provisioned.map(({ userId }) => userId);
  return [
    ...stated.flatMap(refusalProblem),
    ...stated.flatMap(answerProblem),
    ...(await findings(pool, invariants, [everybody])),
    ...(await viewProblems(address, token, company, stated)),
  ];
}

/** A call is refused only for a userName that is taken, or about an account that is gone. */
function refusalProblem({ what, status, error }: Stated): string[] {
  if (error === '') return [];
  const isTaken = status === 409 && error.startsWith('409 uniqueness');
  return isTaken || (status === 404 && what !== 'post') ? [] : [`${what} was answered ${error}`];
}

const answerProblem = ({ what, active, answer }: Stated): string[] =>
  answer === null || active === null || answer.active === active
    ? []
    : [`${what} stated ${active}, and was answered ${answer.active}`];

/** Who is there has what was last stated: the answer with the newest version. */
async function viewProblems(
  address: string,
  token: string,
  { provisioned }: ProvisionedCompany,
  stated: readonly Stated[],
): Promise<string[]> {
  const call = scimAt(address, token);
  const problems: string[] = [];
  for (const { accountId } of provisioned) {
    const { status, json } = await call('GET', `/Users/${accountId}`);
    const answers = stated.flatMap(({ answer }) => (answer?.id === accountId ? [answer] : []));
    if (status !== 200 || answers.length === 0) continue;
    const last = answers.reduce((one, other) => (versionOf(other) >= versionOf(one) ? other : one));
    if (viewOf(last) !== viewOf(json)) problems.push(`${viewOf(last)} was last stated of ${viewOf(json)}`);
  }
  return problems;
}

const versionOf = ({ meta: { version } }: AnsweredPerson): number => Number(/\d+/.exec(version));

const viewOf = ({ userName, title, active, meta: { version } }: AnsweredPerson): string =>
  JSON.stringify({ userName, title, active, version });
