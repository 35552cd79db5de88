import { type CallScim, errorIn, patchOf, scimAt, urn } from '../../../testing/web/scim/client.ts';
import type { Random } from '../../random.ts';
import type { ProvisionedCompany, ProvisionedPerson } from './provisioned.ts';

/** What a directory stated, and what Lastday answered. */
export interface Stated {
  person: ProvisionedPerson;
  what: string;
  /** Null when the call does not say it. */
  active: boolean | null;
  status: number;
  /** The scimType and the words of a refusal. */
  error: string;
  /** The answer of a 2xx. */
  answer: AnsweredPerson | null;
}

/** A person in an answer. */
export interface AnsweredPerson {
  id: string;
  userName: string;
  title?: string;
  active: boolean;
  meta: { version: string };
}

interface Call {
  what: string;
  active: boolean | null;
  send(call: CallScim): ReturnType<CallScim>;
}

const weights = {
  deactivate: 22,
  activate: 22,
  manager: 18,
  userName: 12,
  title: 8,
  put: 12,
  post: 8,
  delete: 1,
};

/** Says random things of the people of a company, one call at a time. */
export async function runDirectory(
  address: string,
  token: string,
  random: Random,
  company: ProvisionedCompany,
  calls: number,
): Promise<Stated[]> {
  const scim = scimAt(address, token);
  const stated: Stated[] = [];
  for (let done = 0; done < calls; done++) {
    const person = random.pick(company.provisioned);
    const { what, active, send } = callAbout(random, company, person, done);
    const answered = await send(scim);
    const { status, json } = answered;
    const isAnswered = status >= 200 && status < 300;
    stated.push({
      person,
      what,
      active,
      status,
      error: isAnswered ? '' : `${errorIn(answered)} ${json?.detail}`,
      answer: isAnswered ? json : null,
    });
  }
  return stated;
}

function callAbout(
  random: Random,
  { provisioned }: ProvisionedCompany,
  { accountId, externalId, userName }: ProvisionedPerson,
  number: number,
): Call {
  const what = random.weighted(weights);
  const path = `/Users/${accountId}`;
  const patch =
    (...operations: object[]) =>
    (call: CallScim) =>
      call('PATCH', path, patchOf(...operations));
  const manager = random.pick([...provisioned.map((other) => other.accountId), 'somebody-unknown', '']);
  switch (what) {
    case 'deactivate':
      return { what, active: false, send: patch({ op: 'Replace', path: 'active', value: 'False' }) };
    case 'activate':
      return { what, active: true, send: patch({ op: 'replace', value: { active: true } }) };
    case 'manager':
      return {
        what,
        active: null,
        send: patch({ op: 'Add', path: `${urn.enterprise}:manager`, value: manager }),
      };
    case 'userName': {
      // Sometimes the name of another person, which is refused.
      const value = random.percent(80) ? `${number}-${userName}` : random.pick(provisioned).userName;
      return { what, active: null, send: patch({ op: 'Replace', path: 'userName', value }) };
    }
    case 'title':
      return { what, active: null, send: patch({ op: 'Replace', path: 'title', value: `Title ${number}` }) };
    case 'put': {
      const active = random.percent(50);
      const body = { userName, externalId, active, title: `Put ${number}`, password: 'not stored' };
      return { what, active, send: (call) => call('PUT', path, body) };
    }
    case 'post': {
      const active = random.percent(50);
      return { what, active, send: (call) => call('POST', '/Users', { userName, externalId, active }) };
    }
    case 'delete':
      return { what, active: null, send: (call) => call('DELETE', path) };
  }
}
