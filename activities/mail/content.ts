/** The content of a mail, from which both the text and the HTML are made. Only the HTML view escapes it. */
export interface MailContent {
  subject: string;
  /** Shown by mail programs beside the subject. */
  preview: string;
  blocks: Block[];
  /** Why the receiver gets this mail; it is shown in the footer. */
  reason: string;
}

export type Block =
  | { is: 'paragraph'; text: string }
  | { is: 'heading'; text: string }
  | { is: 'person'; person: MailPerson }
  | { is: 'list'; items: string[] }
  | { is: 'link'; text: string; address: string };

/** A person that a mail names, with their open items. */
export interface MailPerson {
  name: string;
  /** The person's page; null when the receiver may not see it. */
  address: string | null;
  /** A line about them, such as when they leave. */
  line: string;
  items: MailItem[];
}

export interface MailItem {
  what: string;
  /** Shown in small print. */
  detail: string;
}

export const paragraph = (text: string): Block => ({ is: 'paragraph', text });
export const heading = (text: string): Block => ({ is: 'heading', text });
export const link = (text: string, address: string): Block => ({ is: 'link', text, address });
export const list = (items: string[]): Block => ({ is: 'list', items });
export const people = (persons: readonly MailPerson[]): Block[] =>
  persons.map((person) => ({ is: 'person', person }));
