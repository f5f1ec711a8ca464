import type { Rectangle, Size } from '../video.js';
import { requirePositive } from './positive.js';

/**
 * Test crops: the largest parts with the aspect of `target`, spread along the longer side from one edge to the other
 * (left, middle and right of a wide video for three). A single one is centred.
 *
 * @param source displayed size of the video.
 * @throws {VideoError} `OPTION_INVALID`
 */
export function viewCrops(source: Size, target: Size, crops: number): Rectangle[] {
  requirePositive('viewCrops', { crops });
  const scale = Math.min(source.width / target.width, source.height / target.height);
  const [width, height] = [target.width * scale, target.height * scale];
  return Array.from({ length: crops }, (_, crop) => {
    const place = crops === 1 ? 0.5 : crop / (crops - 1);
    return { x: (source.width - width) * place, y: (source.height - height) * place, width, height };
  });
}
