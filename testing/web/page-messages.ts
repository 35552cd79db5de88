const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** The message above a page, with its tone: `success: LT-00014 added.` Null if there is none. */
export function messagesOn(html: string): string | null {
  const found = /class="alert alert-(\w+)"[\s\S]*?<span>([\s\S]*?)<\/span>\s*<(form|\/div)/.exec(html);
  if (found === null) return null;
  const [, tone, text] = found;
  const visible = text!
    .replaceAll(/<span class="exact-time"[\s\S]*?<\/span>/g, '')
    .replaceAll(/<[^>]+>/g, '');
  return `${tone}: ${unescaped(visible)}`;
}

/** Reverses the HTML escaping of a page. */
export const unescaped = (html: string): string =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!);

/** The error message of a form field, or null. */
export function messageBeside(html: string, field: string): string | null {
  const found = new RegExp(`id="${field}-error"[^>]*>([^<]*)<`).exec(html);
  return found === null ? null : unescaped(found[1]!);
}
