import { type Interval, intervals, reconstructionError } from '@tgm/eval';
import { randomSliceMasking, seededRandom, type TokenMask } from '@tgm/masking';
import type { Params, VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { DecodedClip } from '@tgm/train';
import { averageModel } from './average-model.js';

export interface CompletionOptions {
  readonly engine: Engine;
  readonly model: VideoMae;
  /** Unseen clips. */
  readonly clips: readonly DecodedClip[];
  /** A mask for each. */
  readonly masks: readonly TokenMask[];
}

/** Mean squared errors of normalised pixels over what is hidden of some clips, with their intervals over clips. */
export interface CompletionErrors {
  /** Of who says each patch's mean. */
  readonly mean: Interval;
  /** Of who says the average of all visible patches. */
  readonly average: Interval;
  readonly untrained: Interval;
  readonly trained: Interval;
}

const CLIPS_PER_PASS = 16;

/** Masks at random, the same for all models that are compared. */
export function completionMasks(
  { grid }: VideoMae,
  clips: readonly DecodedClip[],
  ratio: number,
  seed: number,
): TokenMask[] {
  const masking = randomSliceMasking({ ratio });
  return clips.map(({ id }) => masking.mask({ grid, random: seededRandom(seed, 'complete', id), cues: {} }));
}

/** The errors of a model, beside those of what has learned nothing. */
export async function completionErrors(
  params: { readonly untrained: Params; readonly trained: Params },
  options: CompletionOptions,
): Promise<CompletionErrors> {
  const averaging = { ...options, model: averageModel(options.model) };
  const { error: average } = await errorsOf({}, averaging);
  const { error: untrained } = await errorsOf(params.untrained, options);
  const { error: trained, baseline: mean } = await errorsOf(params.trained, options);
  return { mean, average, untrained, trained };
}

async function errorsOf(
  params: Params,
  { clips, ...options }: CompletionOptions,
): Promise<Record<'error' | 'baseline', Interval>> {
  const frames = clips.map((clip) => clip.frames);
  const { outcome } = await reconstructionError({
    ...options,
    params,
    clips: frames,
    batchSize: CLIPS_PER_PASS,
  });
  return intervals(outcome) as Record<'error' | 'baseline', Interval>;
}

/** What they say, in a line. */
export const errorsText = ({ mean, average, untrained, trained }: CompletionErrors): string =>
  `error on unseen clips: ${trained.value.toFixed(3)}; before training ${untrained.value.toFixed(3)}, predict the mean ${mean.value.toFixed(3)}, the average of what is visible ${average.value.toFixed(3)}`;
