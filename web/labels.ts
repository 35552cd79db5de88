import { bulkSummary } from '../domain/bulk.ts';
import { allClear } from '../domain/offboarding/checklist.ts';
import { completionObstacles } from '../domain/offboarding/completion.ts';
import { stepWords } from '../domain/offboarding/failed-steps.ts';
import { dueTone, dueWords, rowButton } from '../domain/offboarding/queue.ts';
import { handlingWords, waitingWords } from '../domain/wording/handling.ts';
import { linkWords } from './access/labels.ts';
import { bulkTag } from './bulk/labels.ts';
import {
  importIcon,
  importTone,
  leavingWords,
  lineDetailHeading,
  lineListLabels,
  previewFigures,
  resultFigures,
  subjectAddress,
} from './imports/labels.ts';
import { assetTone } from './inventory/asset-labels.ts';
import { outcomeButtons, requestTone } from './inventory/request-labels.ts';
import { mailNoun } from './mail/labels.ts';
import { personTone } from './people/labels.ts';
import { deliveryOnChecklist, deliveryTone, endpointTone } from './webhooks/labels.ts';

/** The labels of the nouns for the templates, which find them in `h`. */
export const labels = {
  allClear,
  completionObstacles,
  dueTone,
  dueWords,
  rowButton,
  stepWords,
  handlingWords,
  assetTone,
  bulkSummary,
  bulkTag,
  deliveryOnChecklist,
  deliveryTone,
  endpointTone,
  importIcon,
  importTone,
  leavingWords,
  lineDetailHeading,
  lineListLabels,
  linkWords,
  mailNoun,
  outcomeButtons,
  personTone,
  previewFigures,
  requestTone,
  resultFigures,
  subjectAddress,
  waitingWords,
};
