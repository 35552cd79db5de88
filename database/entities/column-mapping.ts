import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Actor } from '../../domain/actor.ts';
import type { FileColumn } from '../../domain/imports/columns.ts';
import { type ImportKind, importKinds } from '../../domain/imports/imports.ts';
import { id, oneOf, writtenAt } from './columns.ts';

/** What a user chose for the columns of a file. The next file with the same header is read in the same way. */
export const ColumnMapping = defineEntity({
  name: 'ColumnMapping',
  tableName: 'column_mappings',
  properties: {
    id: id(),
    kind: p.text().$type<ImportKind>(),
    /** A hash of the headers in their order, because a header can be too long for an index. */
    headerHash: p.text(),
    columns: p.json<FileColumn[]>(),
    mappedBy: p.text().$type<Actor>(),
    mappedAt: writtenAt(),
  },
  uniques: [{ name: 'column_mappings_header_unique', properties: ['kind', 'headerHash'] }],
  checks: [oneOf('column_mappings_kind_check', 'kind', importKinds)],
});
export type ColumnMapping = InferEntity<typeof ColumnMapping>;
