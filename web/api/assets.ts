import type { Request } from 'express';
import { z } from 'zod';
import { assignByTag, recoverByTag, undoByTag } from '../../database/inventory/items-by-external-id.ts';
import { assetStatuses, returnConditions, statusesAfterRecovery } from '../../domain/assets.ts';
import { choice } from '../http/forms/fields.ts';
import { identifierIn } from '../http/forms/request.ts';
import type { Services } from '../http/services.ts';
import { writeEndpoint } from './http/endpoints.ts';
import { id, responseField } from './http/fields.ts';
import { manyLines, oneIdentifier, oneLine } from './texts.ts';

const assignmentBody = z
  .strictObject(
    {
      userExternalId: oneIdentifier(100),
      requestId: id('Expected the ID of a request.').optional().meta({
        description:
          "One of this person's open requests, which this asset fulfils. Without it, requests stay as they are.",
      }),
    },
    { error: 'Expected a JSON object.' },
  )
  .meta({ id: 'AssignmentInput' });

const assignmentSchema = z
  .strictObject({
    id: responseField.id(),
    tag: responseField.text(),
    userExternalId: responseField.text(),
    assignedAt: responseField.dateTime(),
  })
  .meta({ id: 'Assignment' });

const recoveryBody = z
  .strictObject(
    {
      condition: choice(returnConditions)
        .nullable()
        .optional()
        .meta({ description: "The condition it came back in. Required unless it's lost." }),
      nextStatus: choice(statusesAfterRecovery).meta({ description: "The asset's status from now on." }),
      note: manyLines(2000)
        .or(z.literal(''))
        .nullable()
        .optional()
        .meta({ description: 'Required for `lost`.' }),
      location: oneLine(200)
        .or(z.literal(''))
        .nullable()
        .optional()
        .meta({ description: 'Where it is now. Without it the location stays; empty or null removes it.' }),
      assignmentId: id('Expected the ID of an assignment.').optional().meta({
        description: "Recovers this assignment only, so a late call can't end a newer one.",
      }),
    },
    { error: 'Expected a JSON object.' },
  )
  .meta({ id: 'RecoveryInput' });

const personSchema = z.strictObject({
  id: responseField.id(),
  externalId: responseField.text().nullable(),
  name: responseField.text(),
});

const recoverySchema = z
  .strictObject({
    outcome: z
      .enum(['recovered', 'already-returned'])
      .meta({ description: '`already-returned`: nothing was changed.' }),
    tag: responseField.text(),
    status: z.enum(assetStatuses),
    formerHolder: personSchema
      .nullable()
      .meta({ description: 'The last holder; null if it was never assigned.' }),
  })
  .meta({ id: 'Recovery' });

const correctionBody = z
  .strictObject(
    {
      assignmentId: id('Expected the ID of an assignment.').optional().meta({
        description: "Undoes this assignment's recovery. Without it, the asset's last recovery is undone.",
      }),
    },
    { error: 'Expected a JSON object.' },
  )
  .meta({ id: 'CorrectionInput' });

const correctionSchema = z
  .strictObject({
    outcome: z.enum(['reopened', 'corrected', 'unchanged']).meta({
      description:
        '`reopened`: the assignment is open again. `corrected`: the offboarding stays completed, and the person is back in the queue until the asset is recovered. `unchanged`: it is already assigned to the person.',
    }),
    tag: responseField.text(),
    status: z.enum(assetStatuses),
    holder: personSchema.meta({ description: 'The holder.' }),
  })
  .meta({ id: 'Correction' });

export const assetApi = ({ database: { em } }: Services) => ({
  assign: writeEndpoint(em, {
    summary: 'Assign an asset to a person',
    body: assignmentBody,
    answers: { 201: { description: 'The assignment.', schema: assignmentSchema } },
    rules: [
      { pointer: '/userExternalId', description: 'The external ID of an existing person.' },
      { pointer: '/requestId', description: "This person's request." },
    ],
    problems: {
      409: "`already-assigned`: it has a holder (recover it first). `not-in-stock`. `request-closed`: the request is no longer open. `suspended`, `already-offboarded`: this person can't get new items.",
    },
    answer: async ({ request, body: { userExternalId, requestId = null }, actor }, transaction) => {
      const tag = tagIn(request);
      const { id, assignedAt } = await assignByTag(transaction, actor, tag, userExternalId, requestId);
      return { status: 201, body: { id, tag, userExternalId, assignedAt } };
    },
  }),

  recover: writeEndpoint(em, {
    summary: 'Recover an asset',
    body: recoveryBody,
    answers: { 200: { description: 'The asset after the recovery.', schema: recoverySchema } },
    rules: [
      { pointer: '/condition', description: 'Required unless `nextStatus` is `lost`.' },
      { pointer: '/note', description: "Required if `nextStatus` is `lost`. It can't be empty." },
    ],
    answer: async ({ request, body: { assignmentId, ...recovery }, actor }, transaction) => {
      const tag = tagIn(request);
      const { location, note, condition = null } = recovery;
      const how = {
        ...recovery,
        condition,
        note: note || null,
        location: location === undefined ? undefined : location || null,
      };
      const { outcome, status, formerHolder } = await recoverByTag(
        transaction,
        actor,
        tag,
        how,
        assignmentId,
      );
      return { body: { outcome, tag, status, formerHolder } };
    },
  }),

  undoRecovery: writeEndpoint(em, {
    summary: 'Undo a recovery',
    body: correctionBody,
    answers: { 200: { description: "The asset's holder.", schema: correctionSchema } },
    problems: {
      409: '`already-assigned`: it has a holder (recover it first). `never-assigned`: it never had a holder. `out-of-date`: the assignment belongs to another asset.',
    },
    answer: async ({ request, body: { assignmentId }, actor }, transaction) => {
      const tag = tagIn(request);
      const { outcome, status, holder } = await undoByTag(transaction, actor, tag, assignmentId);
      return { body: { outcome, tag, status, holder } };
    },
  }),
});

const tagIn = (request: Request): string => identifierIn(request, 'tag', 'asset');
