export { ACTION_PHRASES, type Captions, captionsOf, smallName } from './caption.js';
export { colourHistogram } from './colour-histogram.js';
export { MovingShapesError } from './errors.js';
export { type HiddenShare, hiddenShare, OBJECT_TOKEN } from './hidden-share.js';
export {
  CAPTION_KINDS,
  type CaptionKind,
  type Ground,
  LEVEL_NAMES,
  LEVELS,
  type Level,
  type LevelName,
} from './level.js';
export { type Made, type MakeOptions, type MakeProgress, makeMovingShapes } from './make.js';
export { type Box, type RenderedClip, renderScene } from './render.js';
export { type ClipRow, clipName, drawClip, manifestPath, readRows } from './row.js';
export { oracleScores, SALIENCIES, type Saliency, withSaliency } from './saliency.js';
export { type Body, type Scene, sceneOf, secondBody } from './scene.js';
export { tokenCoverage } from './token-coverage.js';
export {
  ACTIONS,
  type Action,
  type ClipKey,
  COLOUR_NAMES,
  COVERAGE_CELLS,
  type Colour,
  FRAME_COUNT,
  FRAME_RATE,
  FRAME_SIZE,
  REVERSED,
  SHAPES,
  type Shape,
  STILL_ACTIONS,
} from './world.js';
