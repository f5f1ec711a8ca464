import type { Row } from './row.js';
import { captionerRows } from './rows/captioners.js';
import { featureRows } from './rows/features.js';
import { guidedMaskRows } from './rows/guided-masks.js';
import { learnedMaskRows } from './rows/learned-masks.js';
import { maskingRows } from './rows/maskings.js';
import { modelRows } from './rows/models.js';
import { objectiveRows } from './rows/objectives.js';
import { optimisationRows } from './rows/optimisation.js';
import { targetRows } from './rows/targets.js';
import { teacherRows } from './rows/teachers.js';
import { textEncoderRows } from './rows/text-encoders.js';
import { trainedTeacherRows } from './rows/trained-teachers.js';
import { viewContrastRows } from './rows/view-contrasts.js';

/** What `npm run mission` runs, in this order: a file for each part. */
export const ROWS: readonly Row[] = [
  ...modelRows,
  ...maskingRows,
  ...guidedMaskRows,
  ...learnedMaskRows,
  ...objectiveRows,
  ...viewContrastRows,
  ...targetRows,
  ...trainedTeacherRows,
  ...optimisationRows,
  ...featureRows,
  ...teacherRows,
  ...textEncoderRows,
  ...captionerRows,
];
