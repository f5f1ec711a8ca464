import { optionTable, passing } from '@tgm/options';
import { VideoError } from '../errors.js';
import type { Rectangle, Size } from '../video.js';
import { requirePositive } from './positive.js';

/** Two sides whose proportion matters: they need not be whole. */
const sides = passing('a size { width, height } above 0', (value): value is Size => {
  const { width, height } = (value ?? {}) as Partial<Size>;
  return [width, height].every((side) => Number.isFinite(side) && side! > 0);
});

const ARGUMENTS = optionTable('viewCrops', { source: sides, target: sides }, VideoError);

/**
 * Test crops: the largest parts with the aspect of `target`, spread along the longer side from one edge to the other
 * (left, middle and right of a wide video for three). A single one is centred.
 *
 * @param source displayed size of the video.
 * @throws {VideoError} `OPTION_INVALID`
 */
export function viewCrops(source: Size, target: Size, crops: number): Rectangle[] {
  requirePositive('viewCrops', { crops });
  ARGUMENTS.check({ source, target });
  const scale = Math.min(source.width / target.width, source.height / target.height);
  const [width, height] = [target.width * scale, target.height * scale];
  return Array.from({ length: crops }, (_, crop) => {
    const place = crops === 1 ? 0.5 : crop / (crops - 1);
    return { x: (source.width - width) * place, y: (source.height - height) * place, width, height };
  });
}
