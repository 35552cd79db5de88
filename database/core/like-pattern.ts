/** The pattern for ILIKE that finds `text` anywhere, with the characters that LIKE treats specially taken literally. */
export const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
