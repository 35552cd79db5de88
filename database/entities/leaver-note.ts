import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { id, writtenAt } from './columns.ts';
import { belongsToUser } from './foreign-keys.ts';

/** A short text of an admin about a leaver. An erasure deletes the notes about the person. */
export const LeaverNote = defineEntity({
  name: 'LeaverNote',
  tableName: 'leaver_notes',
  properties: {
    id: id(),
    userId: () => belongsToUser(),
    authorId: () => belongsToUser('author_id'),
    text: p.text(),
    createdAt: writtenAt(),
  },
  indexes: [{ name: 'leaver_notes_user_id_index', properties: ['userId', 'id'] }],
});
export type LeaverNote = InferEntity<typeof LeaverNote>;
