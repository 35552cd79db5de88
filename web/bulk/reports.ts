import type { RequestHandler } from 'express';
import { readBulkReport } from '../../database/bulk/actions.ts';
import { bulkSummary } from '../../domain/bulk.ts';
import { NotFound } from '../../domain/failures.ts';
import { idIn } from '../http/forms/request.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';

/** What happened to each item of a bulk action. */
export const reportPages = ({ database }: Services) => {
  const show: RequestHandler = async (request, response) => {
    const report = await readBulkReport(database.em, idIn(request, 'bulkId', 'page'));
    if (report === null) throw new NotFound('page');
    page(response, 'bulk/show', { title: bulkSummary(report.kind, report.counts), report });
  };

  return { show };
};
