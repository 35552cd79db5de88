import { accountFilter, isUuid } from '../../../database/directory/account-filter.ts';
import {
  accountById,
  changeAccount,
  createAccount,
  hideAccount,
  listAccounts,
} from '../../../database/directory/accounts.ts';
import { groupsOf } from '../../../database/directory/group-list.ts';
import type { Account, AccountAttributes } from '../../../domain/directory/account.ts';
import { NotFound } from '../../../domain/failures.ts';
import type { Services } from '../../http/services.ts';
import { accountConditions } from '../filter/conditions.ts';
import { type Handler, type ScimAnswer, type ScimCall, writing } from '../http/call.ts';
import { limitOf, listBody } from '../http/lists.ts';
import { type ListQuery, readListQuery, readPatch } from '../http/messages.ts';
import { expectationOf, isKnown } from '../http/versions.ts';
import { type BaseUrl, locationOf } from '../resource/meta.ts';
import { applySteps, readResource, stepsOf } from '../resource/patch.ts';
import { type Projection, readProjection, shows } from '../resource/project.ts';
import { userType } from '../schemas/user.ts';
import { attributesOf, resourceOf } from './account-resource.ts';
import { userBody } from './user-body.ts';

/** What can be done with people: each handler is one transaction. */
export function userHandlers({ database: { em } }: Services, base: BaseUrl) {
  const bodies = async (accounts: readonly Account[], projection: Projection) => {
    const ids = accounts.map(({ id }) => id);
    const groups = shows(projection, 'groups') && ids.length > 0 ? await groupsOf(em, ids) : new Map();
    return accounts.map((account) => userBody(base, account, groups.get(account.id) ?? [], projection));
  };

  const answer = async (status: number, account: Account, projection: Projection): Promise<ScimAnswer> => {
    const [body] = await bodies([account], projection);
    const location = locationOf(base, userType, account.id);
    return { status, body: body!, location, version: account.version };
  };

  const list = async (query: ListQuery): Promise<ScimAnswer> => {
    const { total, accounts } = await listAccounts(em, {
      where: accountFilter(query.filter === undefined ? [] : accountConditions(query.filter)),
      offset: query.startIndex - 1,
      limit: limitOf(query.count),
    });
    const resources = await bodies(accounts, projectionOf(query));
    return { status: 200, body: listBody(resources, total, query.startIndex) };
  };

  return {
    list: (call) => list(readListQuery(call.query)),
    search: (call) => list(readListQuery(call.body)),

    show: async (call) => {
      const projection = projectionOf(readListQuery(call.query));
      const account = await accountOf(call);
      if (isKnown(call, account.version)) return { status: 304, version: account.version };
      return answer(200, account, projection);
    },

    create: writing(async (call) => {
      const projection = projectionOf(readListQuery(call.query));
      const attributes = attributesOf(readResource(userType, call.body));
      return answer(201, await createAccount(em, call.actor, attributes), projection);
    }),

    replace: writing(async (call) => {
      const projection = projectionOf(readListQuery(call.query));
      const resource = readResource(userType, call.body);
      const wanted = attributesOf(resource);
      const account = await change(call, (current) => replaced(current, wanted, resource));
      return answer(200, account, projection);
    }),

    patch: writing(async (call) => {
      const projection = projectionOf(readListQuery(call.query));
      const steps = readPatch(call.body).flatMap((operation) => stepsOf(userType, operation));
      const account = await change(call, (current) => attributesOf(applySteps(resourceOf(current), steps)));
      return answer(200, account, projection);
    }),

    remove: writing(async (call) => {
      await hideAccount(em, call.actor, idOf(call), expectationOf(call));
      return { status: 204 };
    }),
  } satisfies Record<string, Handler>;

  function change(call: ScimCall, work: (current: AccountAttributes) => AccountAttributes): Promise<Account> {
    return changeAccount(em, call.actor, idOf(call), work, expectationOf(call));
  }

  async function accountOf(call: ScimCall): Promise<Account> {
    const account = await accountById(em, idOf(call));
    if (account === null) throw new NotFound('user');
    return account;
  }
}

const projectionOf = ({ attributes, excludedAttributes }: ListQuery): Projection =>
  readProjection(userType, attributes, excludedAttributes);

/** The id in the address. Throws NotFound for one that nobody can have. */
function idOf({ id }: ScimCall): string {
  if (!isUuid(id)) throw new NotFound('user');
  return id;
}

/** Okta's PUT leaves out what it does not change: neither `active` nor the link to the directory may get lost. */
const replaced = (
  current: AccountAttributes,
  wanted: AccountAttributes,
  sent: ReturnType<typeof readResource>,
): AccountAttributes => ({
  ...wanted,
  active: sent.active === undefined ? current.active : wanted.active,
  externalId: wanted.externalId ?? current.externalId,
});
