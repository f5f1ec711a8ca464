import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import { randomMasking, seededRandom } from '@tgm/masking';
import { videoMae } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { adamW, cosineSchedule, pretrain, shuffled } from '@tgm/train';

const model = videoMae({
  imageSize: 32,
  patchSize: 8,
  numFrames: 4,
  tubeletSize: 2,
  hiddenSize: 24,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 48,
  decoderHiddenSize: 12,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 2,
  decoderIntermediateSize: 24,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
});
const random = seededRandom(1);
const clips = Array.from({ length: 4 }, (_, index) => ({
  id: `clip ${index}`,
  frames: Uint8Array.from({ length: 4 * 32 * 32 * 3 }, () => random() * 256),
  cues: {},
  caption: `caption ${index}`,
  textEmbedding: Float32Array.from({ length: 8 }, (_, i) => (i === index ? 1 : 0)),
}));
const source = {
  length: clips.length,
  textWidth: 8,
  id: (index) => clips[index].id,
  describe: () => ({ is: 'four clips of noise' }),
  load: async (index) => [clips[index]],
};
let steps = 0;
const run = pretrain({
  engine: await onnxEngine({ threads: 1 }),
  model,
  examples: shuffled(source),
  masking: randomMasking({ ratio: 0.75 }),
  losses: [
    { loss: reconstructionLoss(), weight: 1 },
    { loss: contrastiveLoss(), weight: 1 },
  ],
  optimizer: adamW(),
  schedule: cosineSchedule({ base: 1e-3, steps: 3 }),
  batchSize: 4,
  steps: 3,
  seed: 0,
});
for await (const event of run) if (event.type === 'step' && Number.isFinite(event.total)) steps += 1;
if (steps !== 3) throw new Error(`3 steps with finite losses expected, got ${steps}`);
console.log(`${steps} joint pre-training steps`);
