import type { RequestHandler } from 'express';
import { pageSize } from '../../database/core/pagination.ts';
import { auditTrail } from '../../database/workspace/audit-trail.ts';
import { auditActions } from '../../domain/audit.ts';
import { beforeIdIn, queryId, queryText } from '../http/forms/request.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { auditSentence } from './audit-sentences.ts';

export const auditPages = ({ database }: Services) => {
  const index: RequestHandler = async (request, response) => {
    const asked = queryText(request, 'action');
    const filter = {
      action: Object.hasOwn(auditActions, asked) ? asked : null,
      userId: queryId(request, 'user'),
      before: beforeIdIn(request),
    };
    const rows = await auditTrail(database.em, filter, pageSize + 1);
    const shown = rows.slice(0, pageSize).map((row) => ({ ...row, sentence: auditSentence(row) }));
    page(response, 'audit/index', {
      title: 'Audit trail',
      rows: shown,
      older: rows.length > pageSize ? shown.at(-1)!.id : null,
      filter,
      actions: auditActions,
    });
  };

  return { index };
};
