import type { Request, RequestHandler, Response } from 'express';
import { type Hit, search } from '../../database/search/search.ts';
import { may } from '../../domain/access/permissions.ts';
import { cleanText, type TextKind } from '../../domain/text.ts';
import { searchIn } from '../http/forms/request.ts';
import type { PageLink } from '../http/pages/menu.ts';
import { fragment, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { signedIn } from '../http/signed-in.ts';
import { pagesFor } from './pages.ts';
import { resultGroups, scannedAsset, searchedBy } from './results.ts';

/** How many results of each group are shown. */
const inBox = 5;
const onPage = 20;

export const searchPages = ({ database: { em } }: Services) => {
  /** The results as a page. A scanned tag or serial opens the recovery card of its asset. */
  const index: RequestHandler = async (request, response) => {
    const { typed, hits, pages } = await find(request, response, onPage);
    const scanned = scannedAsset(hits);
    if (scanned !== null) return response.redirect(303, scanned);
    page(response, 'search/index', {
      title: 'Search',
      typed,
      groups: resultGroups(hits, pages, typed, onPage),
    });
  };

  /** The first results, for the search box. */
  const suggest: RequestHandler = async (request, response) => {
    const { typed, hits, pages } = await find(request, response, inBox);
    fragment(response, 'search/_suggestions', { typed, groups: resultGroups(hits, pages, typed, inBox) });
  };

  async function find(request: Request, response: Response, limit: number): Promise<Found> {
    const { role } = signedIn(response);
    const typed = searchIn(request, 'q');
    const pages = pagesFor(role);
    const hits = await search(
      em,
      {
        text: { typed: asStored(typed, 'line'), identifier: asStored(typed, 'identifier') },
        groups: searchedBy((permission) => may(role, permission)),
        labels: pages.map(({ label }) => label),
      },
      limit + 1,
    );
    return { typed, hits, pages };
  }

  return { index, suggest };
};

interface Found {
  typed: string;
  hits: Hit[];
  pages: PageLink[];
}

/** The text as a field of this kind would store it. */
function asStored(typed: string, kind: TextKind): string {
  const cleaned = cleanText(typed, kind);
  return 'text' in cleaned ? cleaned.text : typed;
}
