import { leakSafe, type MaskingSettings, PRESETS, type PretrainingSettings, withChanges } from '@tgm/cli';

/** A step whose memory is planned and measured. */
export interface PlanCase {
  readonly name: string;
  readonly settings: PretrainingSettings;
}

const tgm = PRESETS['tgm-b-k400'];
const small = withChanges(tgm, { model: PRESETS['videomae-s-k400'].model });
const view: MaskingSettings = { strategy: 'random', ratio: 0.75 };

/** With so many videos a step, in one part. */
const sized = (name: string, settings: PretrainingSettings, videosPerStep: number): PlanCase => ({
  name: `${name} batch ${videosPerStep}`,
  settings: { ...settings, length: { ...settings.length, videosPerStep, accumulate: 1 } },
});

/** What the other figures of memory have no case of: contrast, second views, masks of the decoder, ViT-L. */
export const PLAN_CASES: readonly PlanCase[] = [
  sized('vit-s tgm', small, 2),
  sized('vit-s tgm', small, 4),
  sized('vit-s tgm leak-safe', leakSafe(small), 2),
  sized('vit-s tgm second view', { ...small, contrast: { weight: 1, view } }, 2),
  sized('vit-b tgm', tgm, 2),
  sized('vit-l tube 0.9', PRESETS['videomae-l-k400'], 1),
];
