import { seededRandom } from '@tgm/masking';
import type { MaskPicture } from '../report/report-data.js';
import { GRID } from '../trust/clip-shape.js';
import { MASKS, TEXT_MASKS } from '../trust/mask-rows.js';
import type { CuedClip } from './read-clip.js';

/** Every strategy of the trust table that reads the clip's own caption, or none, with the mask that it draws. */
export function drawMasks({ id, cues }: CuedClip, ratio: number): MaskPicture[] {
  return [...MASKS, ...TEXT_MASKS]
    .filter(
      ({ variant = 'value', wording = 'own', scores }) => variant === 'value' && wording === 'own' && !scores,
    )
    .map(({ name, masking, epoch = 0 }) => {
      const random = seededRandom('all-masks', id, name);
      return { strategy: name, masked: masking(ratio).mask({ grid: GRID, random, cues, epoch }).masked };
    });
}
