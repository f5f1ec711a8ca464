import { type Field, listOf, nested } from '@tgm/options';
import type { Labels } from './features.js';
import { bytes, labels } from './option-fields.js';

export interface LabelledClips {
  /** [T, H, W, 3] RGB, 0-255, each in the model's size. */
  readonly clips: readonly Uint8Array[];
  readonly labels: Labels;
}

/** Clips with labels as an option. */
export const labelledClips = (): Field<LabelledClips> => nested({ clips: listOf(bytes()), labels: labels() });
