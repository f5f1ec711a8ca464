/**
 * A target of one's own: a teacher says four numbers of each token, and a Video MAE learns to tell them of tokens that it does not see.
 *
 *   npx tsx examples/own-target/main.ts
 *
 * Trains for 60 steps, some ten seconds on two cores. Prints the loss every 20 steps beside its baseline, the loss of a head that says
 * the mean whatever it sees; the last one is well below that.
 */
import { featureLoss } from '@tgm/losses';
import { tubeMasking } from '@tgm/masking';
import { VIDEO_MAE_CONFIGS, videoMae } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { adamW, cosineSchedule, pretrain, shuffled, withFeatures } from '@tgm/train';
import { colourAndChange } from './colour-and-change.js';
import { lights } from './lights.js';

const STEPS = 60;

const model = videoMae({
  ...VIDEO_MAE_CONFIGS.small,
  imageSize: 32,
  patchSize: 8,
  numFrames: 8,
  ...{ hiddenSize: 48, numHiddenLayers: 2, numAttentionHeads: 3, intermediateSize: 96 },
  ...{ decoderHiddenSize: 32, decoderNumHiddenLayers: 1, decoderNumAttentionHeads: 2 },
  decoderIntermediateSize: 64,
});
const engine = await onnxEngine({ threads: 1 }); // such small steps gain nothing from more
const events = pretrain({
  engine,
  model,
  examples: shuffled(withFeatures(lights(model.config, 64), colourAndChange(model.config))),
  masking: tubeMasking({ ratio: 0.5 }),
  losses: [{ loss: featureLoss({ tokens: 'masked' }), weight: 1 }],
  optimizer: adamW(),
  schedule: cosineSchedule({ base: 3e-3, warmupSteps: 10, steps: STEPS }),
  batchSize: 8,
  steps: STEPS,
  seed: 0,
});
for await (const event of events) {
  if (event.type !== 'step' || (event.step > 1 && event.step % 20 !== 0)) continue;
  const { features } = event.terms;
  const baseline = event.figures['features baseline']!;
  console.log(`step ${event.step}: features ${features!.toFixed(4)}, baseline ${baseline.toFixed(4)}`);
}
await engine.dispose();
