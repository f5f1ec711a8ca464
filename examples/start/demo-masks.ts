import {
  type MaskingStrategy,
  motionGuidedMasking,
  randomSliceMasking,
  textGuidedMasking,
  tubeMasking,
} from '@tgm/masking';
import type { DemoCues } from './arms.js';

/** The masks that the report shows, by name. */
export const demoMasks = (ratio: number): Readonly<Record<string, MaskingStrategy<DemoCues>>> => ({
  random: randomSliceMasking({ ratio }),
  tube: tubeMasking({ ratio }),
  motion: motionGuidedMasking({ ratio }),
  text: textGuidedMasking({ ratio }),
});
