import { groupById, listGroups } from '../../../database/directory/group-list.ts';
import { changeGroup, createGroup, deleteGroup } from '../../../database/directory/groups.ts';
import type { Group } from '../../../domain/directory/group.ts';
import { NotFound } from '../../../domain/failures.ts';
import type { Services } from '../../http/services.ts';
import { groupConditions } from '../filter/conditions.ts';
import { type Handler, type ScimAnswer, writing } from '../http/call.ts';
import { limitOf, listBody } from '../http/lists.ts';
import { type ListQuery, readListQuery, readPatch } from '../http/messages.ts';
import { expectationOf, isKnown } from '../http/versions.ts';
import { type BaseUrl, locationOf, metaOf } from '../resource/meta.ts';
import { applySteps, readResource, stepsOf } from '../resource/patch.ts';
import { type Projection, project, readProjection, shows } from '../resource/project.ts';
import { groupType } from '../schemas/group.ts';
import { userType } from '../schemas/user.ts';
import { attributesOf, isAboutMembers, membersChange, membersOf, resourceOf } from './group-message.ts';

/** What can be done with groups: each handler is one transaction. */
export function groupHandlers({ database: { em } }: Services, base: BaseUrl) {
  const read = async (id: string, projection: Projection): Promise<Group> => {
    const group = await groupById(em, id, shows(projection, 'members'));
    if (group === null) throw new NotFound('group');
    return group;
  };

  const answer = async (status: number, id: string, projection: Projection): Promise<ScimAnswer> => {
    const group = await read(id, projection);
    const location = locationOf(base, groupType, id);
    return { status, body: groupBody(base, group, projection), location, version: group.version };
  };

  const list = async (query: ListQuery): Promise<ScimAnswer> => {
    const projection = projectionOf(query);
    const { total, groups } = await listGroups(em, {
      conditions: query.filter === undefined ? [] : groupConditions(query.filter),
      offset: query.startIndex - 1,
      limit: limitOf(query.count),
      withMembers: shows(projection, 'members'),
    });
    const resources = groups.map((group) => groupBody(base, group, projection));
    return { status: 200, body: listBody(resources, total, query.startIndex) };
  };

  return {
    list: (call) => list(readListQuery(call.query)),
    search: (call) => list(readListQuery(call.body)),

    show: async (call) => {
      const found = await answer(200, call.id, projectionOf(readListQuery(call.query)));
      return isKnown(call, found.version!) ? { status: 304, version: found.version! } : found;
    },

    create: writing(async (call) => {
      const projection = projectionOf(readListQuery(call.query));
      const resource = readResource(groupType, call.body);
      const id = await createGroup(em, call.actor, attributesOf(resource), membersOf(resource));
      return answer(201, id, projection);
    }),

    replace: writing(async (call) => {
      const projection = projectionOf(readListQuery(call.query));
      const resource = readResource(groupType, call.body);
      const wanted = attributesOf(resource);
      await changeGroup(em, call.actor, call.id, {
        attributes: ({ externalId }) => ({ ...wanted, externalId: wanted.externalId ?? externalId }),
        members: { onlyAdded: true, added: membersOf(resource), removed: new Set() },
        expect: expectationOf(call),
      });
      return answer(200, call.id, projection);
    }),

    patch: writing(async (call) => {
      const query = readListQuery(call.query);
      const projection = projectionOf(query);
      const steps = readPatch(call.body).flatMap((operation) => stepsOf(groupType, operation));
      const others = steps.filter((step) => !isAboutMembers(step));
      await changeGroup(em, call.actor, call.id, {
        attributes: (current) => attributesOf(applySteps(resourceOf(current), others)),
        members: membersChange(steps.filter(isAboutMembers)),
        expect: expectationOf(call),
      });
      // Directories add members one by one, and each answer would repeat all of them; so it has none unless it is asked for.
      const isAskedFor = query.attributes !== undefined || query.excludedAttributes !== undefined;
      return isAskedFor ? answer(200, call.id, projection) : { status: 204 };
    }),

    remove: writing(async (call) => {
      await deleteGroup(em, call.actor, call.id, expectationOf(call));
      return { status: 204 };
    }),
  } satisfies Record<string, Handler>;
}

const projectionOf = ({ attributes, excludedAttributes }: ListQuery): Projection =>
  readProjection(groupType, attributes, excludedAttributes);

function groupBody(base: BaseUrl, group: Group, projection: Projection): Record<string, unknown> {
  const members = group.members?.map((id) => ({
    value: id,
    $ref: locationOf(base, userType, id),
    type: 'User',
  }));
  const whole = {
    schemas: [groupType.core.id],
    id: group.id,
    ...resourceOf(group),
    ...(members !== undefined && members.length > 0 && { members }),
    meta: metaOf(base, groupType, group),
  };
  return project(groupType, whole, projection);
}
