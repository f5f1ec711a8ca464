import { VIDEO_MAE_CONFIGS, type VideoMaeClassifierConfig } from '@tgm/models';

/** One shape of the fine-tuning step. */
export interface FinetuneCase {
  readonly name: string;
  readonly config: VideoMaeClassifierConfig & { readonly labels: readonly string[] };
  readonly batch: number;
}

/** As many as Kinetics-400 has. */
const LABELS = Array.from({ length: 400 }, (_, label) => `class ${label}`);

/** 16 x 224 x 224, all 1568 tokens. */
const caseOf = (size: 'small' | 'base', batch: number): FinetuneCase => ({
  name: `vit-${size[0]} batch ${batch}`,
  config: { ...VIDEO_MAE_CONFIGS[size], poolNormEps: 1e-6, labels: LABELS },
  batch,
});

export const FINETUNE_CASES: readonly FinetuneCase[] = [caseOf('small', 2)];

/** Where memory counts. */
export const LARGE_FINETUNE_CASES: readonly FinetuneCase[] = [
  caseOf('small', 4),
  caseOf('base', 2),
  caseOf('base', 4),
];

/** VideoMAE's fine-tuning (arXiv 2203.12602, table 9). */
export const RECIPE = { smoothing: 0.1, layerDecay: 0.75, dropPath: 0.1, betas: [0.9, 0.999] } as const;
