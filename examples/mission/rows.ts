import type { Row } from './row.js';
import { augmentationRows } from './rows/augmentations.js';
import { baselineRows } from './rows/baselines.js';
import { captionerRows } from './rows/captioners.js';
import { datasetRows } from './rows/datasets.js';
import { featureRows } from './rows/features.js';
import { guidedMaskRows } from './rows/guided-masks.js';
import { learnedMaskRows } from './rows/learned-masks.js';
import { maskingRows } from './rows/maskings.js';
import { modelRows } from './rows/models.js';
import { objectiveRows } from './rows/objectives.js';
import { optimisationRows } from './rows/optimisation.js';
import { ownFormatRows } from './rows/own-formats.js';
import { protocolRows } from './rows/protocols.js';
import { samplingRows } from './rows/sampling.js';
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
  ...samplingRows,
  ...augmentationRows,
  ...datasetRows,
  ...ownFormatRows,
  ...baselineRows,
  ...featureRows,
  ...teacherRows,
  ...textEncoderRows,
  ...captionerRows,
  ...protocolRows,
];
