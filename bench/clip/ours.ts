/**
 * Patch embeddings of a case's frames; see contestant.ts for how it is talked to. Arguments: the case, a folder to write the
 * weights to, and a number of threads.
 */
import { createInterface } from 'node:readline';
import { seededRandom } from '@tgm/masking';
import {
  clipModel,
  clipModelPatchTextEncoder,
  clipModelTokenizer,
  clipModelTokenizerJson,
  saveClipModel,
} from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { CLIP_MODEL_CASES } from './cases.js';
import { frameBytes } from './frame-bytes.js';

const [name, folder, threads] = process.argv.slice(2);
const { config, frameCount: count } = CLIP_MODEL_CASES.find((each) => each.name === name)!;
const engine = await onnxEngine(threads ? { threads: Number(threads) } : {});
const model = clipModel(config);
const params = model.init(seededRandom('bench'));
const vocabulary = clipModelTokenizerJson({ '<|startoftext|>': 0, '<|endoftext|>': 1 }, []);
const tokenizer = clipModelTokenizer(
  vocabulary.json,
  vocabulary.config,
  config.textConfig.maxPositionEmbeddings,
);
await saveClipModel(folder!, { model, params, tokenizer });
const encoder = clipModelPatchTextEncoder({ model, params, tokenizer, engine, variant: 'value' });
const side = config.visionConfig.imageSize;
const frames = frameBytes(count, side);

async function encode(): Promise<{ seconds: number; first: number; last: number }> {
  const started = performance.now();
  const { values } = await encoder.encodePatches({ frames, height: side, width: side });
  return { seconds: (performance.now() - started) / 1000, first: values[0]!, last: values.at(-1)! };
}

const answer = (fields: object) => console.log(JSON.stringify(fields));
answer(await encode());
for await (const word of createInterface({ input: process.stdin })) {
  if (word === 'encode') answer(await encode());
}
