import { type BulkKind, type BulkOutcome, bulkWords } from '../../domain/bulk.ts';
import { helpers } from '../http/pages/view-helpers.ts';

/** The tag of one item of a bulk action: its CSS class and its words. Null is an item without a result yet. */
export function bulkTag(kind: BulkKind, outcome: BulkOutcome | null): { tone: string; words: string } {
  switch (outcome) {
    case 'done':
      return { tone: 'tag-done', words: helpers.words(bulkWords[kind].verb) };
    case 'unchanged':
      return { tone: '', words: 'No change' };
    case 'refused':
      return { tone: 'tag-danger', words: 'Not done' };
    case null:
      return { tone: '', words: 'Pending' };
  }
}
