import type { RequestHandler } from 'express';
import type { ApiDocument } from './document.ts';
export const documentPages = (document: ApiDocument): Record<'json' | 'page', RequestHandler> => {
  const text = JSON.stringify(document);
  return {
    json: (_request, response) => void response.type('json').send(text),
    page: (_request, response) => void response.type('json').send(text),
  };
};
