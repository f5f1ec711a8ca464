import { showValue } from '@tgm/options';
import { MaskingError } from '../errors.js';
import { checkFlowShape, type FlowShape, flowShapeTable } from './flow-shape.js';

const table = flowShapeTable('seedVisibility');

/**
 * The visibility of the base frame: a bump exp(-(dy / p)^2 - (dx / p)^2) around each visible token's centre, the largest at
 * each pixel, over the largest of all. B. Huang et al., "MGMAE", arXiv 2308.10794, section 3.3.
 *
 * @param centres token numbers in the base frame, row-major, at least one.
 * @returns [height, width]
 * @throws MaskingError `OPTION_INVALID`, `GRID_INVALID` unless whole tokens cover the frame.
 */
export function seedVisibility(shape: FlowShape, centres: ArrayLike<number>): Float32Array {
  checkFlowShape(table, shape);
  const { height, width, patchSize } = shape;
  const columns = width / patchSize;
  checkCentres(centres, (height / patchSize) * columns);
  const map = new Float32Array(height * width);
  for (let index = 0; index < centres.length; index++) {
    const middle = (patchSize - 1) / 2;
    const row = Math.floor(centres[index]! / columns) * patchSize + middle;
    const column = (centres[index]! % columns) * patchSize + middle;
    const across = bump(column, width, patchSize);
    const down = bump(row, height, patchSize);
    for (let y = 0, at = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, at += 1) {
        const value = down[y]! * across[x]!;
        if (value > map[at]!) map[at] = value;
      }
    }
  }
  let largest = 0;
  for (let at = 0; at < map.length; at += 1) if (map[at]! > largest) largest = map[at]!;
  for (let at = 0; at < map.length; at += 1) map[at]! /= largest;
  return map;
}

/** exp(-((position - centre) / patchSize)^2) along one side. */
const bump = (centre: number, length: number, patchSize: number): Float64Array =>
  Float64Array.from({ length }, (_, position) => Math.exp(-(((position - centre) / patchSize) ** 2)));

function checkCentres(centres: ArrayLike<number>, tokens: number): void {
  const refuse = (expected: string, value: unknown) =>
    new MaskingError('OPTION_INVALID', {
      where: 'seedVisibility, centres',
      expected,
      received: showValue(value),
    });
  if (!(centres?.length > 0)) throw refuse('at least one token number', centres);
  for (let index = 0; index < centres.length; index++) {
    const token = centres[index]!;
    if (Number.isInteger(token) && token >= 0 && token < tokens) continue;
    throw refuse(`token numbers from 0 to ${tokens - 1}`, token);
  }
}
