import { optionTable, wholeNumber } from '@tgm/options';
import { checkFloats } from '../array-checks.js';
import { MaskingError } from '../errors.js';
import { checkDivides, checkFlowShape, type FlowShape, flowShapeTable } from './flow-shape.js';

const WHERE = 'visibilityScores';

const shapeTable = flowShapeTable(WHERE);

const table = optionTable(WHERE, { tubeletSize: wholeNumber({ from: 1 }) }, MaskingError);

/**
 * Sums a map over each token's frames and pixels: [frames, height, width] to [slices, rows, columns].
 *
 * @param tubeletSize frames of a token.
 * @throws MaskingError `OPTION_INVALID`, `GRID_INVALID` unless whole tokens cover the clip, `CUE_WRONG_KIND`,
 *   `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function visibilityScores(maps: Float32Array, shape: FlowShape, tubeletSize: number): Float32Array {
  checkFlowShape(shapeTable, shape);
  table.check({ tubeletSize });
  const { frameCount, height, width, patchSize } = shape;
  checkDivides(tubeletSize, frameCount, 'frameCount', WHERE);
  checkFloats(maps, frameCount * height * width, `${WHERE}, maps`);
  const rows = height / patchSize;
  const columns = width / patchSize;
  const scores = new Float32Array((frameCount / tubeletSize) * rows * columns);
  for (let frame = 0, at = 0; frame < frameCount; frame += 1) {
    const first = Math.floor(frame / tubeletSize) * rows * columns;
    for (let y = 0; y < height; y += 1) {
      const inRow = first + Math.floor(y / patchSize) * columns;
      for (let column = 0; column < columns; column += 1) {
        let sum = 0;
        for (let x = 0; x < patchSize; x += 1, at += 1) sum += maps[at]!;
        scores[inRow + column]! += sum;
      }
    }
  }
  return scores;
}
