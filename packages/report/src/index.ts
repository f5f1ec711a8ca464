export type {
  ClipReport,
  Grid,
  GridClip,
  MaskPicture,
  PixelBox,
  Reconstruction,
  ScoreMaps,
} from './clip-report.js';
export { ReportError, type ReportErrorCode } from './errors.js';
export { page } from './page/page.js';
export { writePage } from './page/write-page.js';
export { type DrawMasksOptions, drawMaskFrames, drawMasks, type MaskSheet } from './pictures/draw-masks.js';
export { drawReconstruction } from './pictures/draw-reconstruction.js';
export { type Picture, pictureFile } from './pictures/picture.js';
export { type ReconstructOptions, reconstruct } from './pictures/reconstruct.js';
export type {
  CurvePlot,
  CurvePoint,
  CurveSeries,
  Fact,
  FactTable,
  Report,
  ScoreColumn,
  ScoreRow,
  ScoreTable,
  SkippedFile,
  Stage,
  Study,
  TextRow,
  TextTable,
} from './report.js';
export { type PageSink, type PageSinkOptions, pageSink } from './run/page-sink.js';
export type { RunEvent } from './run/run-event.js';
export { type RunReportOptions, runReport } from './run/run-report.js';
