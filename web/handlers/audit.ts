import type { RequestHandler } from 'express';
import { auditTrail } from '../../database/audit-trail.ts';
import { auditActions } from '../../domain/audit.ts';
import { auditSentence } from '../audit-sentences.ts';
import { pageSize } from '../paging.ts';
import { page } from '../rendering.ts';
import { olderThan, queryId, queryText } from '../requests.ts';
import type { Services } from '../services.ts';

export const auditPages = ({ database }: Services) => {
  const list: RequestHandler = async (request, response) => {
    const asked = queryText(request, 'action');
    const filter = {
      action: Object.hasOwn(auditActions, asked) ? asked : null,
      userId: queryId(request, 'user'),
      before: olderThan(request),
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

  return { list };
};
