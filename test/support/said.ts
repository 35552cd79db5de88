const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** The message above a page, with its tone: `success: The asset has been added.` Null when it says nothing. */
export function said(html: string): string | null {
  const found = /class="alert alert-(\w+)"[\s\S]*?<span>([^<]*)<\/span>/.exec(html);
  if (found === null) return null;
  const text = found[2]!.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!);
  return `${found[1]}: ${text}`;
}

/** The message beside a field of a form that came back, by the field's name. Null when there is none. */
export const saidBeside = (html: string, field: string): string | null =>
  new RegExp(`id="${field}-error"[^>]*>([^<]*)<`).exec(html)?.[1] ?? null;
