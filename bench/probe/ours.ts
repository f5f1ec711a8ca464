/**
 * Measures one probe of the demo's size and prints `{ seconds, share }`: the seconds of the whole, and which share of its steps
 * was measured. `ours.ts CASE [THREADS]`
 */
import { attentiveProbe, linearProbe, type TokenFeatures } from '@tgm/eval';
import { normal, seededRandom } from '@tgm/random';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { PROBE_CASES, SIZE } from './cases.js';

const [name, threads] = process.argv.slice(2);
const { blocks, epochs, measuredSteps } = PROBE_CASES.find((each) => each.name === name)!;
const engine = await onnxEngine(threads ? { threads: Number(threads) } : {});
const data = { engine, classes: SIZE.classes, seed: 0 };
const [trainLabels, testLabels] = [SIZE.clips, SIZE.testClips].map((count) =>
  Int32Array.from({ length: count }, (_, row) => row % SIZE.classes),
) as [Int32Array, Int32Array];

console.log(JSON.stringify(blocks === undefined ? await linear() : await attentive(blocks)));

async function linear() {
  const vectors = (key: string, labels: Int32Array) => ({ ...made(key, labels, 1), width: SIZE.width });
  const [train, test] = [vectors('train', trainLabels), vectors('test', testLabels)];
  const started = performance.now();
  await linearProbe({ ...data, train, trainLabels, test, testLabels });
  return { seconds: (performance.now() - started) / 1000, share: 1 };
}

/** The first step compiles and is told apart; the time of choosing the head and of the test is part of the whole probe. */
async function attentive(blocks: number) {
  const train = made('train', trainLabels, SIZE.tokens);
  const test = made('test', testLabels, SIZE.tokens);
  const ends: number[] = [performance.now()];
  const ended = new Error('enough steps');
  let steps = 0;
  await attentiveProbe({
    ...data,
    ...{ train, trainLabels, test, testLabels, blocks },
    epochs: epochs!,
    onProgress(_, total) {
      ends.push(performance.now());
      steps = total;
      if (ends.length > measuredSteps! + 1) throw ended;
    },
  }).catch((error) => {
    if (error !== ended) throw error;
  });
  const first = (ends[1]! - ends[0]!) / 1000;
  const each = (ends.at(-1)! - ends[1]!) / 1000 / measuredSteps!;
  // Choosing the head and the test are forward passes of 400 clips by all heads and of 500 by one: less than 30 steps.
  return { seconds: first + each * (steps + 30), share: measuredSteps! / steps };
}

/** Noise in which a direction of its class can be seen, in one place of each clip. */
function made(key: string, labels: Int32Array, tokens: number): TokenFeatures {
  const random = seededRandom(key);
  const { width } = SIZE;
  const values = Float32Array.from({ length: labels.length * tokens * width }, () => normal(random));
  for (const [row, label] of labels.entries()) {
    const place = row * tokens + Math.floor(random() * tokens);
    for (let i = 0; i < 4; i++) values[place * width + ((label * 4 + i) % width)]! += 1;
  }
  return { values, count: labels.length, tokens, width };
}
