import type { Actor } from '../../domain/actor.ts';
import type { DateFormat } from '../../domain/parse-date.ts';
import { record } from '../core/change.ts';
import { changedFields, fieldDiff } from '../core/field-diff.ts';
import type { EntityManager } from '../core/orm.ts';
import { workspaceOf } from '../core/workspace.ts';

/** How files are read, and when an import needs a confirmation. */
export interface ImportSettings {
  dateFormat: DateFormat;
  /** What a cell of a date column holds when there is no date. Unchanged when it is not given. */
  noDates?: string[];
  /** How many people, assets or licenses one file may change in each counted way without a confirmation. */
  brakeCount: number;
  /** The same as a percentage of all of them, 0 to 100. */
  brakePercent: number;
}

/** Changes the import settings and records the change; equal settings change nothing. */
export const updateImportSettings = (
  em: EntityManager,
  actor: Actor,
  settings: ImportSettings,
): Promise<void> =>
  em.fork().transactional(async (transaction) => {
    const workspace = await workspaceOf(transaction);
    const before = inWords(workspace);
    const changes = fieldDiff(before, inWords(settings));
    if (Object.keys(changes).length === 0) return;
    record(transaction, actor, 'workspace.updated', null, changedFields(before, changes));
    transaction.assign(workspace, { ...settings, noDates: settings.noDates ?? workspace.noDates });
  });

/** The settings with their list as a text, which can be compared and recorded. */
const inWords = ({ dateFormat, noDates, brakeCount, brakePercent }: ImportSettings) => ({
  dateFormat,
  noDates: noDates?.join(', '),
  brakeCount,
  brakePercent,
});
