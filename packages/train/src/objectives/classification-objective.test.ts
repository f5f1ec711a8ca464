import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { drawDropPath, loadVideoMaeClassifier, type Params } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classificationObjective, type LabelledBatch } from './classification-objective.js';
import { ENGINES, tinyClassifier } from './tiny-batch.test-support.js';

const model = tinyClassifier();

function batchOf(labels: LabelledBatch['labels'], clips = 2): LabelledBatch {
  const random = seededRandom('clips');
  const noise = Float32Array.from({ length: clips * 8 * model.tokenSize }, random);
  return { tokens: tf.tensor3d(noise, [clips, 8, model.tokenSize]), labels };
}

describe.each(ENGINES)('the classification objective on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it('is the cross-entropy of shares, by the probabilities that the model gives', async () => {
    const objective = classificationObjective({ model, smoothing: 0.1 });
    const random = seededRandom('classifier'); // a fresh one is so small that all clips look alike
    const weight = tf.tensor2d(
      Float32Array.from({ length: 36 }, () => random() - 0.5),
      [3, 12],
    );
    const params = { ...objective.init(seededRandom('init'), {}).params, 'classifier.weight': weight };
    const batch = batchOf(tf.tensor2d([0, 0, 1, 1, 0, 0], [2, 3]));
    const mixed = batchOf(tf.tensor2d([0, 0.25, 0.75, 1, 0, 0], [2, 3]));
    const dropPath = tf.tensor3d(
      drawDropPath({ rate: 0.9, layers: 2, batch: 2 }, seededRandom(3)),
      [2, 2, 2],
    );
    const step = engine.compile(
      (given: { params: Params; batch: LabelledBatch; mixed: LabelledBatch; dropPath: tf.Tensor3D }) => {
        const lossOf = (each: LabelledBatch) => objective.part(given.params, {}, each).terms.classification!;
        const probabilities = (drop?: tf.Tensor3D) => {
          const features = model.pool(given.params, model.encode(given.params, given.batch.tokens, drop));
          return tf.softmax(model.classify(given.params, features));
        };
        return {
          labelled: lossOf(given.batch),
          shared: lossOf(given.mixed),
          dropped: lossOf({ ...given.batch, dropPath: given.dropPath }),
          probabilities: probabilities(),
          droppedProbabilities: probabilities(given.dropPath),
        };
      },
    );
    const found = await step({ params, batch, mixed, dropPath });
    const read = async (tensor: tf.Tensor) => Array.from(await tensor.data());
    const [labelled, shared, dropped] = await Promise.all(
      [found.labelled, found.shared, found.dropped].map(async (term) => (await term.data())[0]!),
    );
    const smooth = (row: number[]) => row.map((share) => 0.9 * share + 0.1 / 3);
    const entropy = (probabilities: number[], rows: number[][]) =>
      -rows.flatMap(smooth).reduce((sum, share, at) => sum + share * Math.log(probabilities[at]!), 0) / 2;
    const plain = await read(found.probabilities);
    const classes = [
      [0, 0, 1],
      [1, 0, 0],
    ];
    expect(labelled).toBeCloseTo(entropy(plain, classes), 5);
    expect(shared).toBeCloseTo(
      entropy(plain, [
        [0, 0.25, 0.75],
        [1, 0, 0],
      ]),
      5,
    );
    expect(dropped).toBeCloseTo(entropy(await read(found.droppedProbabilities), classes), 5);
    expect(Math.abs(dropped! - labelled!)).toBeGreaterThan(1e-4);
  });

  it('has a term for each group of labels, of its own logits, and what one says that knows nothing', async () => {
    const grouped = tinyClassifier({ labels: { verb: ['open', 'cut'], noun: ['door', 'knife', 'pan'] } });
    const objective = classificationObjective({ model: grouped, smoothing: 0.2 });
    expect(objective.weights).toEqual({ verb: 1, noun: 1 });
    // All weights of the head are 0, so that its bias alone decides.
    const bias = [0.5, -0.5, 1, 2, -1];
    const params = {
      ...objective.init(seededRandom('init'), {}).params,
      'classifier.weight': tf.zeros([5, 12]),
      'classifier.bias': tf.tensor1d(bias),
    };
    const shares = [
      [1, 0, 0, 0.3, 0.7],
      [0.25, 0.75, 0, 1, 0],
    ];
    const step = engine.compile((given: { params: Params; batch: LabelledBatch }) => {
      const { gradients, outputs } = withGradient(objective, given.params, given.batch);
      return { ...outputs, gradient: gradients };
    });
    const found = await step({ params, batch: batchOf(tf.tensor2d(shares)) });
    const [verb, noun, verbBaseline, nounBaseline] = await Promise.all(
      [found.verb, found.noun, found.verbBaseline, found.nounBaseline].map(
        async (each) => (await each.data())[0],
      ),
    );
    const softmax = (logits: number[]) => {
      const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
      return logits.map((logit) => Math.exp(logit) / sum);
    };
    const chances = [...softmax(bias.slice(0, 2)), ...softmax(bias.slice(2))];
    const smoothed = shares.map((row) => row.map((share, at) => 0.8 * share + 0.2 / (at < 2 ? 2 : 3)));
    const entropy = (from: number, to: number) =>
      smoothed
        .flatMap((row) => row.slice(from, to).map((share, at) => -share * Math.log(chances[from + at]!)))
        .reduce((sum, each) => sum + each, 0) / 2;
    expect(verb).toBeCloseTo(entropy(0, 2), 5);
    expect(noun).toBeCloseTo(entropy(2, 5), 5);
    expect(verbBaseline).toBeCloseTo(Math.log(2), 6);
    expect(nounBaseline).toBeCloseTo(Math.log(3), 6);
    // The gradient of a cross-entropy with respect to a logit: its probability less its share, mean over the clips.
    const slopes = chances.map((chance, at) => chance - (smoothed[0]![at]! + smoothed[1]![at]!) / 2);
    (await found.gradient.data()).forEach((slope, at) => {
      expect(slope).toBeCloseTo(slopes[at]!, 5);
    });
  });
});

/** The terms and figures of a batch, and the gradient of the terms' sum with respect to the head's bias. */
function withGradient(
  objective: ReturnType<typeof classificationObjective>,
  params: Params,
  batch: LabelledBatch,
) {
  const { terms, figures } = objective.part(params, {}, batch);
  const total = (bias: tf.Tensor) => {
    const { terms: of } = objective.part({ ...params, 'classifier.bias': bias }, {}, batch);
    return tf.add(of.verb!, of.noun!) as tf.Scalar;
  };
  return {
    gradients: tf.grad(total)(params['classifier.bias']!),
    outputs: {
      verb: terms.verb!,
      noun: terms.noun!,
      verbBaseline: figures!['verb baseline']!,
      nounBaseline: figures!['noun baseline']!,
    },
  };
}

it('lets earlier layers learn less, and decays matrices', () => {
  const { group } = classificationObjective({ model, smoothing: 0, layerDecay: 0.5 });
  expect(group('classifier.weight', [3, 12])).toEqual({ decays: true, rateScale: 1 });
  expect(group('fc_norm.weight', [12])).toEqual({ decays: false, rateScale: 1 });
  expect(group('videomae.encoder.layer.1.output.dense.weight', [12, 24]).rateScale).toBe(0.5);
  expect(group('videomae.encoder.layer.0.output.dense.bias', [12])).toEqual({
    decays: false,
    rateScale: 0.25,
  });
  const first = 'videomae.embeddings.patch_embeddings.projection.weight';
  expect(group(first, [12, model.tokenSize])).toEqual({ decays: true, rateScale: 0.125 });
  expect(classificationObjective({ model, smoothing: 0 }).group(first, [12, 384]).rateScale).toBe(1);
});

it('keeps a classifier that opens', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-classifier-'));
  const objective = classificationObjective({ model, smoothing: 0 });
  const { params } = objective.init(seededRandom('init'), {});
  await objective.artefacts(params, {})[0]!.write(folder);
  const loaded = await loadVideoMaeClassifier(folder);
  expect(loaded.model.config.labels).toEqual(['walk', 'run', 'jump']);
  for (const [name, value] of Object.entries(loaded.params)) {
    expect(await value.data(), name).toEqual(await params[name]!.data());
  }
  await rm(folder, { recursive: true });
});

it.each([
  [{ smoothing: 1 }, 'smoothing'],
  [{ smoothing: undefined }, 'smoothing'],
  [{ layerDecay: 0 }, 'layerDecay'],
  [{ layerDecay: 1.1 }, 'layerDecay'],
  [{ model: {} }, 'model'],
  [{ dropPath: 0.1 }, 'dropPath'],
])('refuses %o', (change, option) => {
  expect(() => classificationObjective({ model, smoothing: 0, ...change } as never)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', where: `classificationObjective, option ${option}` }),
  );
});

it('describes itself', () => {
  expect(classificationObjective({ model, smoothing: 0.1 }).describe()).toEqual({
    is: 'classificationObjective',
    model: model.describe(),
    smoothing: 0.1,
    layerDecay: 1,
  });
});
