import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import { escapeHtml } from '../../domain/html.ts';
import type { Footer } from './as-text.ts';
import type { MailContent } from './content.ts';

const eta = new Eta({
  views: fileURLToPath(new URL('views', import.meta.url)),
  cache: true,
  escapeFunction: (value: unknown) => escapeHtml(String(value)),
});

/**
 * A mail as HTML. Mail programs support little of HTML, so it has one column, inline styles and no remote content.
 * Its colours follow the program's dark scheme.
 */
export const asHtml = (content: MailContent, footer: Footer): string =>
  eta.render('mail', { content, footer });
