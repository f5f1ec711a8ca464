/**
 * Trains the tiny CLIP that guides masks on Moving Shapes, and saves it in Hugging Face's layout.
 *
 *   npx tsx examples/train-clip-model/main.ts --out runs/tiny-clip-model
 *
 * Prints the loss terms while it trains (chance: ln 32 = 3.5 for image and patches, ln 128 = 4.9 for paraphrase), then which
 * share of the named object's tokens its masks and their controls hide on unseen decoded clips, and how well captions of
 * unseen clips tell actions apart. Writes config.json, model.safetensors, tokenizer.json and tokenizer_config.json, and
 * checkpoints in a folder of their own: the same command goes on from them.
 */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { readCommandLine, runProgram, say } from '@tgm/cli/program';
import { clipModel, clipModelTokenizer, saveClipModel } from '@tgm/models';
import { number, optional, text, wholeNumber } from '@tgm/options';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { follow, progressLine } from '@tgm/train';
import { measure } from './measure.js';
import { IMAGE_SIZE, type Pair, renderPairs } from './pairs.js';
import { CONTEXT_LENGTH, tinyClipModelConfig } from './tiny-clip-model.js';
import { makeTokenizer } from './tokenizer-file.js';
import { trainClipModel } from './train.js';

const USAGE = `npx tsx examples/train-clip-model/main.ts

  --out <folder>   default runs/tiny-clip-model
  --scenes <n>     scenes, each of which gives two frames; default 3000
  --steps <n>      default 360
  --seed <n>       default 0
  --drop <share>   of the patches that the model does not see in training, as in FLIP; default 0
  --help`;

await runProgram(async (signal) => {
  const options = readCommandLine(
    {
      program: 'train-clip-model',
      fields: {
        out: optional(text(), 'runs/tiny-clip-model'),
        scenes: optional(wholeNumber({ from: 1 }), 3000),
        steps: optional(wholeNumber({ from: 1 }), 360),
        seed: optional(wholeNumber(), 0),
        drop: optional(number({ from: 0, below: 1 }), 0),
      },
    },
    process.argv.slice(2),
  );
  if (options === undefined) return say(USAGE);
  const { out, scenes, steps, seed, drop } = options;

  say(`drawing ${scenes} scenes at ${IMAGE_SIZE} x ${IMAGE_SIZE}`);
  const pairs: Pair[] = [];
  for (const pair of renderPairs(seed, scenes)) {
    pairs.push(pair);
    await nextTurn(); // lets a signal be heard
    signal.throwIfAborted();
  }
  const captions = pairs.flatMap((pair) => [...pair.captions.object, ...pair.captions.scene]);
  const { tokenizer: json, config, vocabularySize } = makeTokenizer(captions, CONTEXT_LENGTH);
  const tokenizer = clipModelTokenizer(json, config, CONTEXT_LENGTH);
  const model = clipModel(tinyClipModelConfig(vocabularySize));
  const engine = await onnxEngine();

  const training = trainClipModel({
    model,
    engine,
    tokenizer,
    pairs,
    steps,
    batchSize: 32,
    learningRate: 1e-3,
    seed,
    dropPatches: drop,
    folder: join(out, 'checkpoints'),
    signal,
  });
  const { params } = await follow(training, [progressLine()]);
  signal.throwIfAborted();
  await saveClipModel(out, { model, params, tokenizer });

  console.log(await measure({ model, params, tokenizer }, engine));
  say(`saved ${out}`);
  await engine.dispose();
});
