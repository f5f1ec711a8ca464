import { SGD_RECIPES } from '@tgm/eval';
import { VIDEO_MAE_CONFIGS } from '@tgm/models';
import { DATA_SETS, type DataSetName } from './data-sets.js';
import type { ProbingSettings } from './settings.js';

function preset(data: DataSetName): ProbingSettings {
  const { sampling, views } = DATA_SETS[data];
  return {
    stage: 'probing',
    data,
    model: VIDEO_MAE_CONFIGS.base,
    recipe: { sampling, clips: 1, crops: 1 },
    test: { sampling, ...views },
    linear: SGD_RECIPES.videoMae,
    attentive: { blocks: 1, attentionHeads: 16, epochs: 20, batchSize: 32 },
  };
}

/**
 * Probes of ViT-B by name, with the frames and views of `DATA_SETS`.
 *
 * | setting   | value          | source |
 * | --------- | -------------- | ------ |
 * | linear    | SGD, rate 0.1 for 256, momentum 0.9, no decay, 100 epochs of 1024, warm-up 10 | VideoMAE's appendix (read) |
 * | attentive | one pooling block, 16 heads, 20 epochs, 20 pairs of rate and decay | V-JEPA (2404.08471) and V-JEPA 2 (2506.09985), second-hand |
 * | training  | one clip from the middle of each video, one crop, without chance; the papers draw clips anew | ours |
 * | sets      | those of TGM's table of transfers: K400, SSv2, UCF101, HMDB51, Diving48, EPIC-Kitchens | TGM (2408.00759), second-hand |
 */
export const PROBING_PRESETS = {
  'probe-b-k400': preset('k400'),
  'probe-b-ssv2': preset('ssv2'),
  'probe-b-ucf101': preset('ucf101'),
  'probe-b-hmdb51': preset('hmdb51'),
  'probe-b-diving48': preset('diving48'),
  'probe-b-epic-kitchens': preset('epic-kitchens'),
} as const satisfies Readonly<Record<string, ProbingSettings>>;
