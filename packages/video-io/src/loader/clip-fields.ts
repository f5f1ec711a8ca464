import { optional } from '@tgm/options';
import * as fields from '../option-fields.js';

/** VideoMAE's clips. */
export const CLIP_FIELDS = {
  frameCount: optional(fields.count(), 16),
  size: optional(fields.size(), { width: 224, height: 224 }),
};
