import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

function viewsIn(folder: string) {
  const path = fileURLToPath(new URL(`../../${folder}/`, import.meta.url));
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.eta'))
    .map((name) => [name, readFileSync(path + name, 'utf8')] as const);
}

const printedRaw = (views: ReturnType<typeof viewsIn>) =>
  views.flatMap(([name, text]) =>
    [...text.matchAll(/<%~\s*([\s\S]*?)%>/g)].map(([, code]) => `${name}: ${code!.trim()}`),
  );

test('a mail prints only its partials unescaped', () => {
  const raw = printedRaw(viewsIn('activities/mail/views'));
  expect(raw.length).toBeGreaterThan(0);
  expect(raw.filter((line) => !line.includes(': include('))).toEqual([]);
});

describe('no view', () => {
  const views = viewsIn('web/views');

  test('prints anything unescaped except partials and icons', () => {
    const raw = printedRaw(views);
    expect(raw.filter((line) => !/: (include\(|h\.icon\(|it\.body$)/.test(line))).toEqual([]);
  });

  test('has a form that two clicks submit twice', () => {
    const forms = views.flatMap(([name, text]) =>
      [...text.matchAll(/<form\b(?:<%[\s\S]*?%>|[^>])*>/g)].map(([form]) => `${name}: ${form}`),
    );
    const posting = forms.filter((form) => form.includes('method="post"'));
    expect(posting.length).toBeGreaterThan(30);
    const layouts = views.filter(([name]) => name.startsWith('layout'));
    expect(layouts.filter(([, text]) => !text.includes('/public/app.js'))).toEqual([]);
    expect(posting.filter((form) => !/data-once|hx-sync="this:drop"/.test(form))).toEqual([]);
  });

  test('prints into an unquoted attribute, a script or a style, or has inline code', () => {
    for (const [name, text] of views) {
      expect(text, name).not.toMatch(/<[a-z][^>]*\s[\w-]+=<%=/);
      expect(text, name).not.toMatch(/<style|<script(?! src=)|\son\w+=|hx-on|\sstyle=|["']js:|hx-vals=/i);
    }
  });
});
