import { seededRandom } from '@tgm/masking';
import type { MaskPicture } from '@tgm/report';
import { GRID } from '../moving-shapes/clip-shape.js';
import { type KnownCues, MASKS, TEXT_MASKS } from '../trust/mask-rows.js';
import type { CuedClip } from './read-clip.js';

/**
 * Every strategy of the trust table that reads the clip's own caption, or none, with the mask that it draws. Of a clip without a
 * caption those that need one are left out.
 */
export function masksOf({ id, cues }: CuedClip, ratio: number): MaskPicture[] {
  return [...MASKS, ...TEXT_MASKS]
    .filter(
      ({ variant = 'value', wording = 'own', scores }) => variant === 'value' && wording === 'own' && !scores,
    )
    .map(({ name, masking, epoch = 0 }) => ({ name, masking: masking(ratio), epoch }))
    .filter(({ masking }) => masking.requires.every((cue) => cue in cues))
    .map(({ name, masking, epoch }) => {
      const random = seededRandom('all-masks', id, name);
      const known = cues as KnownCues; // all that this one requires
      return { strategy: name, masked: masking.mask({ grid: GRID, random, cues: known, epoch }).masked };
    });
}
