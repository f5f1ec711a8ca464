import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import type { Params } from '@tgm/models';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { singleProcess } from './collective/single-process.js';
import { noiseSource } from './data/noise-source.test-support.js';
import { shuffled } from './data/shuffled.js';
import { finetune } from './finetune.js';
import { finetuneEvaluator } from './finetune-evaluator.js';
import { tinyClassifier, tinyModel } from './objectives/tiny-batch.test-support.js';
import { adamW } from './optimizers/adamw.js';
import { runToEnd } from './pretrain.test-support.js';
import { constantSchedule } from './schedules/constant.js';

let engine: Engine;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const model = tinyClassifier();
const run = () => ({
  engine,
  model,
  examples: shuffled(noiseSource(6, (_, index) => ({ label: index % 3 }))),
  optimizer: adamW({ betas: [0.9, 0.999] as const }),
  schedule: constantSchedule({ base: 1e-2 }),
  batchSize: 4,
  steps: 3,
  seed: 5,
});

/** Tells the first weights of the classifier that it is given. */
const head = (seen: Params[] = []) => ({
  name: 'head',
  async evaluate(params: Params) {
    seen.push(params);
    const values = await params['classifier.weight']!.data();
    return { first: values[0]!, last: values.at(-1)! };
  },
});

describe('finetuneEvaluator', { timeout: 120_000 }, () => {
  it('tells what the test finds behind a fine-tuning from the parameters, and keeps no tensor', async () => {
    const pretrained = tinyModel({ numHiddenLayers: 2 }).init(seededRandom('pretrained'));
    const { weights } = await runToEnd(finetune({ ...run(), pretrained }));
    const expected = weights['classifier.weight']!;
    const evaluator = finetuneEvaluator({ ...run(), test: head() });
    const before = tf.memory().numTensors;
    expect(await evaluator.evaluate(pretrained)).toEqual({ first: expected[0], last: expected.at(-1) });
    expect(tf.memory().numTensors).toBe(before);
    const others = tinyModel({ numHiddenLayers: 2 }).init(seededRandom('others'));
    expect(await evaluator.evaluate(others)).not.toEqual({ first: expected[0], last: expected.at(-1) });
    expect(await evaluator.evaluate(pretrained)).toEqual({ first: expected[0], last: expected.at(-1) });
  });

  it('measures the average where there is one', async () => {
    const pretrained = tinyModel({ numHiddenLayers: 2 }).init(seededRandom('pretrained'));
    const [current, average] = await Promise.all(
      [{}, { average: { decay: 0.9 } }].map((change) =>
        finetuneEvaluator({ ...run(), ...change, test: head() }).evaluate(pretrained),
      ),
    );
    expect(average).not.toEqual(current);
  });

  it('rejects with the reason of the signal, and refuses before the first evaluation what does not fit', async () => {
    const pretrained = tinyModel({ numHiddenLayers: 2 }).init(seededRandom('pretrained'));
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const seen: Params[] = [];
    const stopped = finetuneEvaluator({ ...run(), signal: stop.signal, test: head(seen) });
    await expect(stopped.evaluate(pretrained)).rejects.toThrow('enough');
    expect(seen).toEqual([]);
    const refused = expect.objectContaining({ code: 'OPTION_INVALID' });
    expect(() => finetuneEvaluator({ ...run(), test: head(), pretrained } as never)).toThrow(refused);
    // Rank 0 alone would wait for the others.
    const collective = singleProcess();
    expect(() => finetuneEvaluator({ ...run(), test: head(), collective } as never)).toThrow(refused);
    expect(() => finetuneEvaluator({ ...run(), test: {} as never })).toThrow(refused);
    expect(() => finetuneEvaluator({ ...run(), steps: 0, test: head() })).toThrow(refused);
  });
});
