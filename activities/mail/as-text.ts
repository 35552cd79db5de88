import type { Block, MailContent, MailPerson } from './content.ts';

/** The footer of every mail, in text and in HTML. */
export interface Footer {
  workspace: string;
  choices: string;
  /** Null for mails that are no choice. */
  unsubscribe: string | null;
}

const width = 76;

/** A mail as plain text, in lines of at most 76 characters. */
export function asText({ blocks, reason }: MailContent, { workspace, choices, unsubscribe }: Footer): string {
  const foot = [
    '-- ',
    `${workspace} · Lastday`,
    wrapped(reason),
    ...(unsubscribe === null
      ? []
      : [`Email preferences: ${choices}`, `Unsubscribe from these emails: ${unsubscribe}`]),
  ].join('\n');
  return `${[...blocks.map(blockText), foot].join('\n\n')}\n`;
}

function blockText(block: Block): string {
  switch (block.is) {
    case 'paragraph':
      return wrapped(block.text);
    case 'heading':
      return `${block.text}\n${'='.repeat([...block.text].length)}`;
    case 'person':
      return personText(block.person);
    case 'list':
      return block.items.map((item) => wrapped(item, '- ', '  ')).join('\n');
    case 'link':
      return `${block.text}:\n${block.address}`;
  }
}

function personText({ name, line, items, address }: MailPerson): string {
  return [
    wrapped(name),
    wrapped(line, '  ', '  '),
    ...items.map(({ what, detail }) => wrapped(`${what} (${detail})`, '  - ', '    ')),
    ...(address === null ? [] : [`  ${address}`]),
  ].join('\n');
}

/** Wraps a text between words. A word that is longer than the line stays whole. */
function wrapped(text: string, first = '', next = ''): string {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(/\s+/)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = next;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join('\n');
}
