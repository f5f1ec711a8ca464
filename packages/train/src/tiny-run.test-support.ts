import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import { randomSliceMasking, seededRandom, type TokenScores, textGuidedMasking } from '@tgm/masking';
import { type VideoMae, videoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { adamW } from './adamw.js';
import type { ExampleSource } from './example-source.js';
import { pretrain } from './pretrain.js';
import type { PretrainOptions } from './pretrain-options.js';
import { cosineSchedule } from './schedule.js';
import type { EndEvent, StepEvent } from './train-events.js';

export const tinyModel = (): VideoMae =>
  videoMae({
    imageSize: 16,
    patchSize: 8,
    numFrames: 4,
    tubeletSize: 2,
    hiddenSize: 12,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    intermediateSize: 24,
    decoderHiddenSize: 8,
    decoderNumHiddenLayers: 1,
    decoderNumAttentionHeads: 2,
    decoderIntermediateSize: 16,
    layerNormEps: 1e-6,
    decoderNormEps: 1e-6,
  });

export type TextCueOnly = { text: TokenScores };

/** Six clips of noise with captions; what is drawn depends on the draws handed in alone. */
export function noiseExamples(): ExampleSource<TextCueOnly> {
  const random = seededRandom('noise');
  const clips = Array.from({ length: 6 }, () => ({
    frames: Uint8Array.from({ length: 4 * 16 * 16 * 3 }, () => random() * 256),
    text: Float32Array.from({ length: 8 }, () => random()),
    embedding: Float32Array.from({ length: 5 }, () => random() - 0.5),
  }));
  return {
    length: clips.length,
    async load(index) {
      const { frames, text, embedding } = clips[index]!;
      return {
        id: `noise ${index}`,
        frames,
        cues: { text },
        caption: `caption ${index}`,
        textEmbedding: embedding,
      };
    },
  };
}

export const joint = [
  { loss: reconstructionLoss(), weight: 1 },
  { loss: contrastiveLoss(), weight: 1 },
];

export const STEPS = 5;

/** Options of a joint run of five steps with text masks and contrast on a second, random view. */
export const tinyOptions = (engine: Engine): PretrainOptions<TextCueOnly> => ({
  engine,
  model: tinyModel(),
  examples: noiseExamples(),
  masking: textGuidedMasking({ ratio: 0.5 }),
  contrastMasking: randomSliceMasking({ ratio: 0.5 }),
  losses: joint,
  optimizer: adamW(),
  schedule: cosineSchedule({ base: 1e-2, warmupSteps: 2, steps: STEPS }),
  batchSize: 4,
  steps: STEPS,
  seed: 7,
});

/** Runs to the end; all weights as numbers by name. */
export async function runToEnd(
  options: PretrainOptions<TextCueOnly>,
  onStep: (event: StepEvent) => void = () => undefined,
): Promise<{ steps: StepEvent[]; end: EndEvent; weights: Record<string, Float32Array> }> {
  const steps: StepEvent[] = [];
  for await (const event of pretrain(options)) {
    if (event.type === 'step') {
      steps.push(event);
      onStep(event);
      continue;
    }
    const weights: Record<string, Float32Array> = {};
    for (const [name, value] of Object.entries({ ...event.params, ...event.lossParams })) {
      weights[name] = await value.data<'float32'>();
      value.dispose();
    }
    return { steps, end: event, weights };
  }
  throw new Error('no end event');
}
