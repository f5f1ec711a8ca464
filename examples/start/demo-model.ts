import { SYMMETRIC_PIXELS, type VideoMae, videoMae } from '@tgm/models';
import { MODEL } from './settings.js';

/**
 * The demo's video MAE. Its pixels have less weight beside the positions, and its branches start smaller, than in the
 * published models: within a few hundred steps that is worth six to ten points of linear probe.
 */
export function demoModel(): VideoMae {
  return videoMae(MODEL, { pixels: SYMMETRIC_PIXELS, scaledResiduals: true });
}
