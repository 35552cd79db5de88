import type { RequestHandler } from 'express';
import { reportingLoops } from '../../database/people/reporting-loops.ts';
import { type Duplicate, listDuplicates } from '../../database/workspace/duplicates.ts';
import { pageIn } from '../http/forms/request.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';

const kindLabel = {
  externalId: 'External ID',
  email: 'Email',
  tag: 'Asset tag',
  license: 'License',
  token: 'API token',
};

/** Each loop that is resolved makes place for another one. */
const shownCircles = 20;

/** The address where an admin resolves a duplicate. */
const addressOf = (kind: Duplicate['kind'], id: number): string =>
  ({
    externalId: `/users/${id}/edit`,
    email: `/users/${id}/edit`,
    tag: `/assets/${id}/edit`,
    license: `/licenses/${id}/edit`,
    token: `/settings/tokens/${id}/edit`,
  })[kind];

/** The page of the identifiers that two people, assets, licenses or tokens share, and of the loops of managers. */
export const duplicatePages = ({ database }: Services) => {
  const index: RequestHandler = async (request, response) => {
    const { rows, ...listing } = await listDuplicates(database.em, pageIn(request));
    const loops = await reportingLoops(database.em);
    page(response, 'duplicates/index', {
      title: 'Duplicates',
      listing,
      rows: rows.map((row) => ({
        ...row,
        label: kindLabel[row.kind],
        address: addressOf(row.kind, row.id),
        firstAddress: addressOf(row.kind, row.firstId),
      })),
      loops: loops.slice(0, shownCircles),
      moreLoops: Math.max(0, loops.length - shownCircles),
    });
  };

  return { index };
};
