/** The ILIKE pattern that finds `text` anywhere, with the wildcards in it escaped. */
export const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
