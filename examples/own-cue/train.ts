import { reconstructionLoss } from '@tgm/losses';
import type { TokenGrid } from '@tgm/masking';
import { type VideoMae, videoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  constantSchedule,
  type ExampleSource,
  pretrain,
  shuffled,
  type TrainEvent,
  withCues,
} from '@tgm/train';
import { shapes } from '../learned-mask/shapes.js';
import { type EdgeCues, edgeCue, edgeMasking } from './edge-masking.js';

/** 8 frames of 32 x 32 pixels in 4 slices of 4 x 4 tokens. */
const model: VideoMae = videoMae({
  ...{ imageSize: 32, patchSize: 8, numFrames: 8, tubeletSize: 2 },
  ...{ hiddenSize: 48, numHiddenLayers: 2, numAttentionHeads: 3, intermediateSize: 96, layerNormEps: 1e-6 },
  ...{ decoderHiddenSize: 32, decoderNumHiddenLayers: 1, decoderNumAttentionHeads: 2 },
  ...{ decoderIntermediateSize: 64, decoderNormEps: 1e-6 },
});

/** The clips, each with its cue. */
export function edgeExamples(clips: number): ExampleSource<EdgeCues> {
  const { imageSize } = model.config;
  const grid: TokenGrid = model.grid;
  return withCues(shapes(model.config, clips), {
    describe: () => ({ is: 'edgeCue' }),
    of: ({ frames }) => ({ edges: edgeCue({ frames, height: imageSize, width: imageSize }, grid) }),
  });
}

/** Trains without the compiler or the trainer knowing anything of edges but what the types say. */
export function trainWithEdges(engine: Engine, steps: number): AsyncGenerator<TrainEvent> {
  return pretrain({
    engine,
    model,
    examples: shuffled(edgeExamples(16)),
    masking: edgeMasking({ ratio: 0.5 }),
    losses: [{ loss: reconstructionLoss(), weight: 1 }],
    optimizer: adamW(),
    schedule: constantSchedule({ base: 1e-3 }),
    batchSize: 4,
    steps,
    seed: 0,
  });
}
