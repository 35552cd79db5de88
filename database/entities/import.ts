import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Actor } from '../../domain/actor.ts';
import type { FileColumn } from '../../domain/imports/columns.ts';
import {
  type Evaluation,
  type LeavingEffect,
  leavingEffects,
  type Outcome,
  outcomes,
  type Remark,
  type Verdict,
  verdicts,
} from '../../domain/imports/evaluation.ts';
import {
  type ImportKind,
  type ImportState,
  importKinds,
  importStates,
} from '../../domain/imports/imports.ts';
import { id, moment, oneOf, texts, writtenAt } from './columns.ts';

/** How many lines would do what, as things stood when they were last looked at. */
export interface Preview {
  create: number;
  change: number;
  same: number;
  error: number;
  /** Lines that are carried out otherwise than they say. */
  notes: number;
  starts: number;
  moves: number;
  stops: number;
  /** Everybody who has not been offboarded yet. */
  workforce: number;
}

/** How many lines did what so far, and how many people still wait for their manager to be set. */
export type Results = Record<Outcome | 'managersPending', number>;

/** One file on its way into the database. `createdBy` and `startedBy` are actors. */
export const Import = defineEntity({
  name: 'Import',
  tableName: 'imports',
  properties: {
    id: id(),
    kind: p.text().$type<ImportKind>(),
    state: p.text().$type<ImportState>().default('staging'),
    fileName: p.text(),
    /** What separates the cells of the file. */
    separator: p.text().default(','),
    columns: p.json<FileColumn[]>().defaultRaw("'[]'::jsonb"),
    rowCount: p.integer().default(0),
    preview: p.json<Preview>().nullable(),
    previewedAt: moment().nullable(),
    results: p.json<Results>().nullable(),
    /** The line up to which `results` counts; 0 when what became of the lines is to be counted anew. */
    countedTo: p.integer().default(0),
    createdBy: p.text().$type<Actor>(),
    createdAt: writtenAt(),
    startedBy: p.text().$type<Actor>().nullable(),
    startedAt: moment().nullable(),
    endedAt: moment().nullable(),
    /** The lines have been deleted: the counts are all that is left. */
    linesDeletedAt: moment().nullable(),
  },
  indexes: [
    {
      name: 'imports_under_way_index',
      expression:
        "create index imports_under_way_index on imports (id) where state in ('starting', 'running', 'cancelling')",
    },
  ],
  checks: [
    oneOf('imports_kind_check', 'kind', importKinds),
    oneOf('imports_state_check', 'state', importStates),
  ],
});
export type Import = InferEntity<typeof Import>;

/** One line of a file: what it says, what that would do, and what became of it. */
export const ImportRow = defineEntity({
  name: 'ImportRow',
  tableName: 'import_rows',
  properties: {
    importId: () =>
      p
        .manyToOne(Import)
        .mapToPk()
        .fieldName('import_id')
        .deleteRule('no action')
        .updateRule('no action')
        .primary(),
    /** Where it begins in the file, from 1. */
    line: p.integer().primary(),
    /** The cells as they stand in the file. */
    cells: texts(),
    /** What was read from them, by field. */
    stated: p.json<Record<string, string | number | null>>(),
    /** By what the line finds what it is about, and by what else: for what lines of one file have in common. */
    key: p.text().nullable(),
    otherKey: p.text().nullable(),
    /** What is wrong with the line whatever there is in the database. */
    problems: p.json<Remark[]>().defaultRaw("'[]'::jsonb"),
    verdict: p.text().$type<Verdict>().nullable(),
    judgement: p.json<Omit<Evaluation, 'verdict' | 'leaving'>>().nullable(),
    leaving: p.text().$type<LeavingEffect>().nullable(),
    /** The person, asset or license it is about. */
    subjectId: p.integer().nullable(),
    outcome: p.text().$type<Outcome>().nullable(),
    /** The manager is set in a second round: a line further down adds them. */
    managerPending: p.boolean().default(false),
  },
  indexes: [
    { name: 'import_rows_key_index', properties: ['importId', 'key'] },
    { name: 'import_rows_other_key_index', properties: ['importId', 'otherKey'] },
    {
      name: 'import_rows_waiting_index',
      expression:
        'create index import_rows_waiting_index on import_rows (import_id, line) where outcome is null',
    },
    {
      name: 'import_rows_pending_index',
      expression:
        'create index import_rows_pending_index on import_rows (import_id, line) where manager_pending',
    },
    { name: 'import_rows_verdict_index', properties: ['importId', 'verdict', 'line'] },
    { name: 'import_rows_outcome_index', properties: ['importId', 'outcome', 'line'] },
    {
      name: 'import_rows_leaving_index',
      expression:
        'create index import_rows_leaving_index on import_rows (import_id, leaving) where leaving is not null',
    },
  ],
  checks: [
    oneOf('import_rows_verdict_check', 'verdict', verdicts),
    oneOf('import_rows_leaving_check', 'leaving', leavingEffects),
    oneOf('import_rows_outcome_check', 'outcome', outcomes),
  ],
});
export type ImportRow = InferEntity<typeof ImportRow>;
