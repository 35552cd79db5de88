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
 * A letter as HTML. Mail programs support little of it: one column, styles at the elements, colours that follow a dark
 * scheme where the program has one. Nothing is loaded from anywhere.
 */
export const asHtml = (letter: MailContent, footer: Footer): string =>
  eta.render('letter', { letter, footer });
