import { unescaped } from './page-messages.ts';

/**
 * The fields of the form that posts to `action`, as a browser would send them unchanged. Throws if there
 * is no such form.
 */
export const fieldsOf = (html: string, action: string): Record<string, string> =>
  Object.fromEntries(entriesOf(html, action));

/** Like `fieldsOf`, where a field may have several values. */
export function entriesOf(html: string, action: string): [name: string, value: string][] {
  const form = html
    .split('<form')
    .find((part) => part.includes(`action="${action}"`))
    ?.split('</form>')[0];
  if (form === undefined) throw new Error(`No form posts to ${action}.`);
  return [...inputs(form), ...selects(form)];
}

function* inputs(form: string): Generator<[string, string]> {
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name !== undefined && !/type="(radio|checkbox)"/.test(tag))
      yield [name, attribute(tag, 'value') ?? ''];
  }
}

function* selects(form: string): Generator<[string, string]> {
  for (const [select, tag] of form.matchAll(/(<select[^>]*>)[\s\S]*?<\/select>/g)) {
    const options = select.match(/<option[^>]*>/g) ?? [];
    const chosen = options.find((option) => / selected/.test(option)) ?? options[0] ?? '';
    yield [attribute(tag!, 'name')!, attribute(chosen, 'value') ?? ''];
  }
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescaped(value);
}
