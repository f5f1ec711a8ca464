/**
 * Features of a case's clips, from bytes to the mean of the tokens; see contestant.ts for how it is talked to. Arguments: the
 * case, a folder to write the weights and the clips to, and a number of threads.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { featureExtractor } from '@tgm/eval';
import { seededRandom } from '@tgm/masking';
import { videoMaeEncoder, writeSafetensors } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { EXTRACT_CASES } from './cases.js';

const [name, folder, threads] = process.argv.slice(2);
const { config, clips: count, batch } = EXTRACT_CASES.find((each) => each.name === name)!;
const engine = await onnxEngine(threads ? { threads: Number(threads) } : {});
const model = videoMaeEncoder(config);
const random = seededRandom('bench');
const params = model.init(random);
const written = Object.entries(params).map(
  async ([name, value]) =>
    [name, { dtype: 'F32' as const, shape: value.shape, data: await value.data<'float32'>() }] as const,
);
await writeSafetensors(
  join(folder!, 'model.safetensors'),
  Object.fromEntries(await Promise.all(written)),
  {},
);
const extract = featureExtractor({ engine, model, batchSize: batch });
const size = config.numFrames * config.imageSize ** 2 * 3;
const bytes = Uint8Array.from({ length: count * size }, () => random() * 256);
await writeFile(join(folder!, 'clips.bin'), bytes);
const clips = Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size));

async function features(): Promise<{ seconds: number; first: number; last: number }> {
  const started = performance.now();
  const { values } = await extract(params, clips);
  return { seconds: (performance.now() - started) / 1000, first: values[0]!, last: values.at(-1)! };
}

const answer = (fields: object) => console.log(JSON.stringify(fields));
answer(await features());
for await (const word of createInterface({ input: process.stdin })) {
  if (word === 'extract') answer(await features());
}
