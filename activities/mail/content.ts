/** What a mail says, before it becomes text and HTML: both say the same, and only one place escapes. */
export interface MailContent {
  subject: string;
  /** Shown by mail programs beside the subject. */
  preview: string;
  blocks: Block[];
  /** Why the receiver gets this, below everything. */
  reason: string;
}

export type Block =
  | { is: 'paragraph'; text: string }
  | { is: 'heading'; text: string }
  | { is: 'person'; person: MailPerson }
  | { is: 'list'; items: string[] }
  | { is: 'link'; text: string; address: string };

/** Somebody a letter speaks of, with what is open. */
export interface MailPerson {
  name: string;
  /** Where the reader may see more; null where they may not. */
  address: string | null;
  /** What there is to know about them, such as when they leave. */
  line: string;
  items: MailItem[];
}

export interface MailItem {
  what: string;
  /** In small print. */
  detail: string;
}

export const paragraph = (text: string): Block => ({ is: 'paragraph', text });
export const heading = (text: string): Block => ({ is: 'heading', text });
export const link = (text: string, address: string): Block => ({ is: 'link', text, address });
export const list = (items: string[]): Block => ({ is: 'list', items });
export const people = (persons: readonly MailPerson[]): Block[] =>
  persons.map((person) => ({ is: 'person', person }));
