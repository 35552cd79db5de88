import type { RequestHandler } from 'express';
import { page } from '../../http/pages/rendering.ts';
import type { ApiDocument } from './openapi.ts';
import { documentPage } from './page-model.ts';

/** The API's documentation, as JSON and as a page. Both are public. */
export function documentPages(document: ApiDocument): Record<'json' | 'page', RequestHandler> {
  const text = JSON.stringify(document);
  const data = { title: 'API', ...documentPage(document) };
  return {
    json: (_request, response) => void response.type('json').send(text),
    page: (_request, response) => page(response, 'api/docs', data),
  };
}
