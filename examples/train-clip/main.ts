/**
 * Trains the tiny CLIP that guides masks on Moving Shapes, and saves it in Hugging Face's layout.
 *
 *   npx tsx examples/train-clip/main.ts --out runs/tiny-clip
 *
 * Prints the two loss terms while it trains (chance: 2 ln 32 = 6.9 and ln 128 = 4.9), then which share of the named
 * object's tokens its masks and their controls hide on unseen decoded clips, and how well captions of unseen
 * clips tell actions apart. Writes config.json, model.safetensors, tokenizer.json and tokenizer_config.json.
 */
import { parseArgs } from 'node:util';
import { clip, clipTokenizer, type Params, saveClip } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { measure } from './measure.js';
import { IMAGE_SIZE, renderPairs } from './pairs.js';
import { CONTEXT_LENGTH, OBJECT_CONTEXT_LENGTH, tinyClipConfig } from './tiny-clip.js';
import { makeTokenizer } from './tokenizer-file.js';
import { trainClip } from './train.js';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'runs/tiny-clip' },
    /** Scenes; each gives two frames. */
    scenes: { type: 'string', default: '3000' },
    steps: { type: 'string', default: '360' },
    seed: { type: 'string', default: '0' },
  },
});
const seed = Number(values.seed);
const steps = Number(values.steps);
const seconds = () => performance.now() / 1000;

console.log(`drawing ${values.scenes} scenes at ${IMAGE_SIZE} x ${IMAGE_SIZE}`);
const pairs = [...renderPairs(seed, Number(values.scenes))];
const captions = pairs.flatMap((pair) => [...pair.captions.object, ...pair.captions.scene]);
const { tokenizer: json, config, vocabularySize } = makeTokenizer(captions, CONTEXT_LENGTH);
const tokenizer = clipTokenizer(json, config, CONTEXT_LENGTH);
const model = clip(tinyClipConfig(vocabularySize));
const engine = await onnxEngine();

const begun = seconds();
const training = trainClip({
  model,
  engine,
  objectTokenizer: clipTokenizer(json, config, OBJECT_CONTEXT_LENGTH),
  sceneTokenizer: tokenizer,
  pairs,
  steps,
  batchSize: 32,
  learningRate: 1e-3,
  seed,
});
let params: Params = {};
for await (const progress of training) {
  params = progress.params;
  const { step, imageText, paraphrase } = progress;
  if (step % 10 !== 1 || imageText === undefined) continue;
  const left = ((seconds() - begun) / step) * (steps - step);
  const terms = `image-text ${imageText.toFixed(2)}  paraphrase ${paraphrase.toFixed(2)}`;
  console.log(`step ${step}/${steps}  ${terms}  ${left.toFixed(0)} s left`);
}
await saveClip(values.out, { clip: model, params, tokenizer });

console.log(await measure({ clip: model, params, tokenizer }, engine));
console.log(`saved ${values.out}`);
await engine.dispose();
