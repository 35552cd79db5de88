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
import type { MassChange } from '../../domain/imports/mass-change-limit.ts';
import { id, oneOf, texts, timestamp, writtenAt } from './columns.ts';

/** The counts of lines by their expected effect, at the time of the last evaluation. */
export interface Preview extends MassChange {
  create: number;
  change: number;
  same: number;
  error: number;
  /** Lines that are executed differently than written. */
  warned: number;
  moves: number;
}

/** The counts of lines by their outcome so far, and of people whose manager is not set yet. */
export type Results = Record<Outcome | 'managersPending', number>;

/** The import of one file. `createdBy` and `startedBy` are actors. */
export const Import = defineEntity({
  name: 'Import',
  tableName: 'imports',
  properties: {
    id: id(),
    kind: p.text().$type<ImportKind>(),
    state: p.text().$type<ImportState>().default('staging'),
    fileName: p.text(),
    /** The character between the cells of the file. */
    separator: p.text().default(','),
    columns: p.json<FileColumn[]>().defaultRaw("'[]'::jsonb"),
    rowCount: p.integer().default(0),
    preview: p.json<Preview>().nullable(),
    previewedAt: timestamp().nullable(),
    results: p.json<Results>().nullable(),
    /** How many of the lines done so far have a warning. */
    warned: p.integer().default(0),
    /** The last line that `results` includes; 0 when all lines must be counted again. */
    countedTo: p.integer().default(0),
    createdBy: p.text().$type<Actor>(),
    createdAt: writtenAt(),
    startedBy: p.text().$type<Actor>().nullable(),
    startedAt: timestamp().nullable(),
    endedAt: timestamp().nullable(),
    /** When the lines were deleted. Only the counts remain then. */
    linesDeletedAt: timestamp().nullable(),
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

/** One line of a file: its content, its expected effect and its outcome. */
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
    /** The number of its first line in the file, from 1. */
    line: p.integer().primary(),
    /** The cells as written in the file. */
    cells: texts(),
    /** The values parsed from the cells, by field. */
    stated: p.json<Record<string, string | number | null>>(),
    /** The keys that identify the line's subject; the other one of an asset is its serial. They find duplicates within one file. */
    key: p.text().nullable(),
    otherKey: p.text().nullable(),
    /** The problems of the line that do not depend on the database. */
    problems: p.json<Remark[]>().defaultRaw("'[]'::jsonb"),
    /** Where other lines of the file say something else about the same subject. */
    contradictions: p.json<Remark[]>().defaultRaw("'[]'::jsonb"),
    /** The earlier line that states the same. */
    repeats: p.integer().nullable(),
    /** The first of the lines that give each other's addresses free. They are executed in one transaction. */
    addressChain: p.integer().nullable(),
    /** Why the address of the line cannot be stored. */
    addressProblem: p.text().nullable(),
    /** Whether the manager closes a loop that the lines of the file make together. */
    closesLoop: p.boolean().default(false).fieldName('closes_circle'),
    verdict: p.text().$type<Verdict>().nullable(),
    judgement: p.json<Omit<Evaluation, 'verdict' | 'leaving'>>().nullable(),
    leaving: p.text().$type<LeavingEffect>().nullable(),
    /** The id of the person, asset or license. */
    subjectId: p.integer().nullable(),
    outcome: p.text().$type<Outcome>().nullable(),
    /** Whether a second pass sets the manager, after every line was executed. */
    managerPending: p.boolean().default(false),
    /** How many other changes of managers come before this one, so that no loop exists on the way. */
    managerDepth: p.integer().default(0),
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
        'create index import_rows_pending_index on import_rows (import_id, manager_depth, line) where manager_pending',
    },
    {
      name: 'import_rows_chain_index',
      expression:
        'create index import_rows_chain_index on import_rows (import_id, address_chain) where address_chain is not null',
    },
    {
      name: 'import_rows_warned_index',
      expression:
        "create index import_rows_warned_index on import_rows (import_id, line) where judgement->'warnings' <> '[]'",
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
