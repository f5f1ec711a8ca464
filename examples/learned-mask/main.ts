/**
 * A mask of one's own that is learned: which tokens are hidden is decided in the step, by a parameter that a loss of one's own trains.
 *
 *   npx tsx examples/learned-mask/main.ts [steps]
 *
 * Trains for 120 steps on clips of Moving Shapes that are rendered meanwhile, some five seconds on two cores. Prints which share of the
 * named object is hidden, every 20 steps: about a half at first, as of everything, and nearly four fifths at the end.
 */
import { pixelTarget, reconstructionLoss } from '@tgm/losses';
import { VIDEO_MAE_CONFIGS, videoMae } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { adamW, constantSchedule, pretrain, shuffled } from '@tgm/train';
import { contrastMasking, hideWhatIsHard } from './contrast-masking.js';
import { shapes } from './shapes.js';

const steps = Number(process.argv[2] ?? 120);

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
  examples: shuffled(shapes(model.config, 48)),
  masking: contrastMasking({ ratio: 0.5 }),
  losses: [
    { loss: reconstructionLoss({ target: pixelTarget({ normalise: false }) }), weight: 1 },
    { loss: hideWhatIsHard, weight: 1 },
  ],
  optimizer: adamW({ weightDecay: 0 }),
  schedule: constantSchedule({ base: 2e-2 }),
  batchSize: 8,
  steps,
  seed: 0,
});
let hidden = 0;
for await (const event of events) {
  if (event.type !== 'step') continue;
  hidden += event.figures['hideWhatIsHard object']! / 20;
  if (event.step % 20 !== 0) continue;
  console.log(
    `steps ${event.step - 19} to ${event.step}: ${(100 * hidden).toFixed(0)} % of the object hidden`,
  );
  hidden = 0;
}
await engine.dispose();
