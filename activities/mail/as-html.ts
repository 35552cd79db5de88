import { escapeHtml } from '../../domain/html.ts';
import type { Footer } from './as-text.ts';
import type { Block, Letter, LetterPerson } from './letter.ts';

/**
 * A letter as HTML. Mail programs know little: one column, styles at the elements, colours that follow a dark scheme
 * where the program has one. No picture and nothing else is loaded from anywhere.
 */
export const asHtml = (letter: Letter, footer: Footer): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(letter.subject)}</title>
<style>${styles}</style>
</head>
<body style="margin:0;padding:0;background:#f5f7f8" class="ground">
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(letter.preview)}</div>
<div role="article" aria-roledescription="e-mail" aria-label="${escapeHtml(letter.subject)}" lang="en" style="max-width:600px;margin:0 auto;padding:24px 12px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#17212b" class="ink">
<p style="margin:0 0 12px;font-weight:700;color:#0f766e" class="accent">Lastday</p>
<div style="background:#ffffff;border:1px solid #e1e6ea;border-radius:12px;padding:20px 24px" class="sheet">
${letter.blocks.map(blockHtml).join('\n')}
</div>
${footerHtml(letter.reason, footer)}
</div>
</body>
</html>
`;

const styles = `
a{color:#0f766e}
@media (prefers-color-scheme:dark){
.ground{background:#10171d!important}
.ink{color:#e8edf1!important}
.sheet{background:#182129!important;border-color:#2b3742!important}
.soft{color:#a5b2bd!important}
.line{border-color:#2b3742!important}
.accent,a{color:#5eead4!important}
.button{background:#2dd4bf!important;color:#06231f!important}
}`;

function blockHtml(block: Block): string {
  switch (block.is) {
    case 'paragraph':
      return `<p style="margin:0 0 14px">${escapeHtml(block.text)}</p>`;
    case 'heading':
      return `<h2 style="margin:22px 0 10px;font-size:17px;line-height:1.3">${escapeHtml(block.text)}</h2>`;
    case 'person':
      return personHtml(block.person);
    case 'list':
      return `<ul style="margin:0 0 14px;padding:0 0 0 20px">${block.items
        .map((item) => `<li style="margin:0 0 6px">${escapeHtml(item)}</li>`)
        .join('')}</ul>`;
    case 'link':
      return `<p style="margin:18px 0 4px"><a href="${escapeHtml(block.address)}" style="display:inline-block;background:#0f766e;color:#ffffff;border-radius:8px;padding:10px 18px;font-weight:600;text-decoration:none" class="button">${escapeHtml(block.text)}</a></p>`;
  }
}

function personHtml({ name, address, line, items }: LetterPerson): string {
  const title = `<bdi>${escapeHtml(name)}</bdi>`;
  const named = address === null ? title : `<a href="${escapeHtml(address)}">${title}</a>`;
  const rows = items.map(
    ({ what, detail }) =>
      `<li style="margin:0 0 4px">${escapeHtml(what)} <span style="color:#51606e;font-size:14px" class="soft">${escapeHtml(detail)}</span></li>`,
  );
  return [
    '<div style="border-top:1px solid #e1e6ea;padding:12px 0" class="line">',
    `<p style="margin:0"><strong>${named}</strong></p>`,
    `<p style="margin:0 0 ${rows.length > 0 ? 8 : 0}px;color:#51606e;font-size:14px" class="soft">${escapeHtml(line)}</p>`,
    ...(rows.length > 0 ? [`<ul style="margin:0;padding:0 0 0 20px">${rows.join('')}</ul>`] : []),
    '</div>',
  ].join('');
}

const footerHtml = (reason: string, { workspace, choices, unsubscribe }: Footer): string =>
  `<p style="margin:16px 4px 0;color:#51606e;font-size:13px" class="soft">${escapeHtml(workspace)} · ${escapeHtml(reason)}<br>
<a href="${escapeHtml(choices)}">Choose your mails</a> · <a href="${escapeHtml(unsubscribe)}">Stop these</a></p>`;
