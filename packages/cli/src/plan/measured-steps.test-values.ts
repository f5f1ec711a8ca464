import { VIDEO_MAE_CONFIGS } from '@tgm/models';
import { FINETUNING_PRESETS } from '../presets/finetuning-presets.js';
import { LAPTOP_MODEL } from '../presets/laptop.js';
import { leakSafe, PRETRAINING_PRESETS } from '../presets/pretraining-presets.js';
import type { FinetuningSettings, PretrainingSettings } from '../presets/settings.js';
import { TGM_TEXT } from '../presets/text-settings.js';

/** A step whose peak of resident memory was measured. */
export interface MeasuredStep {
  readonly name: string;
  readonly settings: PretrainingSettings | FinetuningSettings;
  /** Clips at a time. */
  readonly batch: number;
  /** Parts of a step; absent is 1. */
  readonly accumulate?: number;
  readonly recompute: boolean;
  /** Bytes. */
  readonly peak: number;
}

const tube = (size: 'small' | 'base'): PretrainingSettings => ({
  ...PRETRAINING_PRESETS['videomae-b-k400'],
  model: VIDEO_MAE_CONFIGS[size],
});
const text = (size: 'small' | 'base'): PretrainingSettings => ({
  ...PRETRAINING_PRESETS['videomae-b-k400'],
  model: VIDEO_MAE_CONFIGS[size],
  masking: { strategy: 'text', ratio: 0.6 },
  text: TGM_TEXT,
});
const labels = (size: 'small' | 'base'): FinetuningSettings => ({
  ...FINETUNING_PRESETS['finetune-b-k400'],
  model: VIDEO_MAE_CONFIGS[size],
});

/** Both terms in one pass. */
const tgm = (size: 'small' | 'base'): PretrainingSettings => ({
  ...PRETRAINING_PRESETS['tgm-b-k400'],
  model: VIDEO_MAE_CONFIGS[size],
});
const secondView: PretrainingSettings = {
  ...tgm('small'),
  contrast: { weight: 1, view: { strategy: 'random', ratio: 0.75 } },
};

const demo: PretrainingSettings = {
  ...tube('small'),
  model: LAPTOP_MODEL,
  masking: { strategy: 'random', ratio: 0.75 },
};

/**
 * First steps of the programs behind `npm run bench -- step-memory`, `recompute` and `plan-memory`, on two cores with onnxruntime-node 1.30 (Linux, VmHWM).
 *
 * The first three fitted what the program and a parameter take and the gaps of the allocator, those in two parts the sums of gradients,
 * those with `recompute` what a block takes that is computed again. The others were not fitted to.
 */
export const MEASURED_STEPS: readonly MeasuredStep[] = [
  { name: 'ViT-S tube 0.9', settings: tube('small'), batch: 2, recompute: false, peak: 1_074_069_504 },
  { name: 'ViT-S text 0.6', settings: text('small'), batch: 2, recompute: false, peak: 1_604_259_840 },
  { name: 'ViT-B tube 0.9', settings: tube('base'), batch: 2, recompute: false, peak: 2_478_870_528 },
  { name: 'ViT-S tube 0.9', settings: tube('small'), batch: 4, recompute: false, peak: 1_480_962_048 },
  { name: 'ViT-S tube 0.9', settings: tube('small'), batch: 8, recompute: false, peak: 2_227_888_128 },
  { name: 'ViT-B tube 0.9', settings: tube('base'), batch: 4, recompute: false, peak: 3_062_333_440 },
  { name: 'ViT-S fine-tuning', settings: labels('small'), batch: 2, recompute: false, peak: 1_782_206_464 },
  { name: 'the laptop model, random 0.75', settings: demo, batch: 32, recompute: false, peak: 489_033_728 },
  { name: 'ViT-S fine-tuning', settings: labels('small'), batch: 2, recompute: true, peak: 1_047_617_536 },
  { name: 'ViT-B fine-tuning', settings: labels('base'), batch: 2, recompute: true, peak: 2_120_089_600 },
  {
    name: 'ViT-S tube 0.9, two parts',
    settings: tube('small'),
    batch: 2,
    accumulate: 2,
    recompute: false,
    peak: 1_259_626_496,
  },
  {
    name: 'ViT-B tube 0.9, two parts',
    settings: tube('base'),
    batch: 2,
    accumulate: 2,
    recompute: false,
    peak: 2_995_245_056,
  },
  { name: 'ViT-S tube 0.9', settings: tube('small'), batch: 8, recompute: true, peak: 1_784_414_208 },
  { name: 'ViT-S text 0.6', settings: text('small'), batch: 8, recompute: true, peak: 2_761_519_104 },
  { name: 'ViT-S TGM', settings: tgm('small'), batch: 2, recompute: false, peak: 1_661_149_184 },
  { name: 'ViT-S TGM', settings: tgm('small'), batch: 4, recompute: false, peak: 2_071_511_040 },
  {
    name: 'ViT-S TGM, leak-safe',
    settings: leakSafe(tgm('small')),
    batch: 2,
    recompute: false,
    peak: 1_554_046_976,
  },
  {
    name: 'ViT-S TGM, second view',
    settings: secondView,
    batch: 2,
    recompute: false,
    peak: 2_051_932_160,
  },
  { name: 'ViT-B TGM', settings: tgm('base'), batch: 2, recompute: false, peak: 3_172_356_096 },
];
