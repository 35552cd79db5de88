const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** The message above a page, with its tone: `success: The asset has been added.` Null when it says nothing. */
export function messagesOn(html: string): string | null {
  const found = /class="alert alert-(\w+)"[\s\S]*?<span>([^<]*)<\/span>/.exec(html);
  if (found === null) return null;
  return `${found[1]}: ${unescaped(found[2]!)}`;
}

/** A text as it was before a page escaped it. */
export const unescaped = (html: string): string =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!);

/** The message beside a field of a form that came back, by the field's name. Null when there is none. */
export const messageBeside = (html: string, field: string): string | null =>
  new RegExp(`id="${field}-error"[^>]*>([^<]*)<`).exec(html)?.[1] ?? null;
