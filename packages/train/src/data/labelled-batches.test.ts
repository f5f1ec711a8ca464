import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { type ClassifierLabels, drawDropPath, frameTokens } from '@tgm/models';
import type { Json } from '@tgm/options';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { type ClassNames, type MixOptions, mixBatch } from '@tgm/video-io';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyClassifier } from '../objectives/tiny-batch.test-support.js';
import { exampleOrder } from './example-order.js';
import type { TrainingExample } from './examples.js';
import { type LabelledBatchesOptions, labelledBatches } from './labelled-batches.js';
import { noiseSource } from './noise-source.test-support.js';
import { shuffled } from './shuffled.js';

const model = tinyClassifier();
const ALL = Array.from({ length: 8 }, (_, token) => token);

type Label = TrainingExample<object>['label'];

const sourceOf = (labelOf: (index: number) => Label = (index) => index % 3) =>
  noiseSource(6, (_, index) => {
    const label = labelOf(index);
    return label === undefined ? {} : { label };
  });

const optionsOf = (change: Partial<LabelledBatchesOptions> = {}): LabelledBatchesOptions => ({
  model,
  examples: shuffled(sourceOf()),
  batchSize: 4,
  seed: 3,
  ...change,
});

interface Told {
  readonly ids: readonly string[];
  readonly tokens: Float32Array;
  readonly labels: number[][];
  readonly dropPath: Float32Array | undefined;
  readonly after: Json;
}

async function told(change: Partial<LabelledBatchesOptions>, count: number, after?: Json): Promise<Told[]> {
  const stream = await labelledBatches(optionsOf(change)).open(after);
  const all: Told[] = [];
  for (let batch = 0; batch < count; batch++) {
    const { tensors, ids, after: place, release } = (await stream.next())!;
    all.push({
      ids,
      tokens: (await tensors.tokens.data<'float32'>()).slice(),
      labels: (await tensors.labels.array()) as number[][],
      dropPath: (await tensors.dropPath?.data<'float32'>())?.slice(),
      after: place,
    });
    tf.dispose(tensors as never);
    release();
  }
  await stream.close();
  return all;
}

const numberOf = (id: string): number => Number(id.split(' ')[1]);

const framesOf = async (id: string): Promise<Uint8Array> =>
  (await sourceOf().load(numberOf(id), seededRandom(0)))[0]!.frames;

beforeAll(async () => {
  await cpuEngine();
});

describe('labelledBatches', { timeout: 60_000 }, () => {
  it('gives every token of each clip, and 1 at its class', async () => {
    for (const { ids, tokens, labels, dropPath } of await told({}, 3)) {
      const cut = await Promise.all(
        ids.map(async (id) => frameTokens(await framesOf(id), model.config, ALL, model.pixels)),
      );
      expect([...tokens]).toEqual(cut.flatMap((each) => [...each]));
      expect(labels).toEqual(ids.map((id) => [0, 1, 2].map((at) => (at === numberOf(id) % 3 ? 1 : 0))));
      expect(dropPath).toBeUndefined();
    }
  });

  it('mixes clips and labels by the first draw of a batch, and leaves the frames of the examples alone', async () => {
    const kept = new Map(
      await Promise.all(ALL.slice(0, 6).map(async (at) => [at, await framesOf(`noise ${at}`)] as const)),
    );
    const source = sourceOf();
    const examples = shuffled({
      ...source,
      load: async (index, random) =>
        (await source.load(index, random)).map((example) => ({ ...example, frames: kept.get(index)! })),
    });
    const mix: MixOptions = { mixup: 0.8, cutmix: 1, cutmixShare: 0.5 };
    const before = [...kept.values()].map((frames) => [...frames]);
    const batches = await told({ examples, mix }, 5);
    expect([...kept.values()].map((frames) => [...frames])).toEqual(before);
    const order = exampleOrder(6, 3);
    let changed = 0;
    for (const [number, { ids, tokens, labels }] of batches.entries()) {
      const pixels = new Uint8Array(4 * 3072);
      for (const [row, id] of ids.entries()) pixels.set(await framesOf(id), row * 3072);
      const targets = Float32Array.from(
        ids.flatMap((id) => [0, 1, 2].map((at) => (at === numberOf(id) % 3 ? 1 : 0))),
      );
      const random = order.masking(4 * number, 0, 'mix');
      const share = mixBatch({ pixels, targets, count: 4, width: 16, height: 16 }, random, mix);
      const cut = ids.map((_, row) =>
        frameTokens(pixels.slice(row * 3072, (row + 1) * 3072), model.config, ALL, model.pixels),
      );
      expect([...tokens]).toEqual(cut.flatMap((each) => [...each]));
      expect(labels.flat()).toEqual([...targets]);
      for (const row of labels) expect(row.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 6);
      if (share < 1) changed++;
    }
    expect(changed).toBeGreaterThan(3);
  });

  it('draws the branches of each clip by its own place', async () => {
    const order = exampleOrder(6, 3);
    const batches = await told({ dropPath: 0.5 }, 3);
    for (const [number, { dropPath }] of batches.entries()) {
      for (const row of [0, 1, 2, 3]) {
        const own = drawDropPath(
          { rate: 0.5, layers: 2, batch: 1 },
          order.masking(4 * number + row, 0, 'drop path'),
        );
        expect([0, 1, 2, 3].map((branch) => dropPath![branch * 4 + row])).toEqual([...own]);
      }
    }
    expect(new Set(batches.flatMap(({ dropPath }) => [...dropPath!]))).toEqual(new Set([0, 1, 2]));
  });

  it('gives the same for any number of threads, and goes on from any place', async () => {
    const change = { mix: {}, dropPath: 0.3 };
    const alone = await told(change, 6);
    // Threads cannot load TypeScript: what is under test is built.
    const built = (await import(
      new URL('../../dist/index.js', import.meta.url).href
    )) as typeof import('../index.js');
    for (const threads of [1, 3]) {
      const stream = await built
        .labelledBatches({ ...optionsOf(change), examples: built.shuffled(sourceOf()), threads })
        .open();
      for (const { tokens, labels } of alone) {
        const { tensors, release } = (await stream.next())!;
        expect([...(await tensors.tokens.data())]).toEqual([...tokens]);
        expect(await tensors.labels.array()).toEqual(labels);
        tf.dispose(tensors as never);
        release();
      }
      await stream.close();
    }
    expect(await told(change, 3, alone[2]!.after)).toEqual(alone.slice(3));
  });

  it('shares a batch among ranks: one after the other they are the batch, but for what is mixed', async () => {
    const [whole] = await told({ dropPath: 0.3 }, 1);
    const shares = await Promise.all([0, 1].map((rank) => told({ dropPath: 0.3, rank, ranks: 2 }, 1)));
    expect(shares.flatMap(([share]) => share!.ids)).toEqual(whole!.ids);
    expect(shares.flatMap(([share]) => [...share!.tokens])).toEqual([...whole!.tokens]);
    for (const branch of [0, 1, 2, 3]) {
      const parts = shares.flatMap(([share]) => [...share!.dropPath!.slice(branch * 2, branch * 2 + 2)]);
      expect(parts).toEqual([...whole!.dropPath!.slice(branch * 4, branch * 4 + 4)]);
    }
  });

  it('reads several labels by name, and passes over others', async () => {
    const grouped = tinyClassifier({ labels: { verb: ['open', 'cut'], noun: ['door', 'knife', 'pan'] } });
    const examples = shuffled(sourceOf((index) => ({ noun: index % 3, verb: index % 2, tool: 9 })));
    for (const { ids, labels } of await told({ model: grouped, examples }, 2)) {
      const expected = ids.map((id) => {
        const row = [0, 0, 0, 0, 0];
        row[numberOf(id) % 2] = 1;
        row[2 + (numberOf(id) % 3)] = 1;
        return row;
      });
      expect(labels).toEqual(expected);
    }
  });

  it.each<[Label, 'list' | 'groups', RegExp]>([
    [undefined, 'list', /Example "noise \d": expected a label from 0 to 2, got none/],
    [3, 'list', /a label from 0 to 2, got 3/],
    [-1, 'list', /a label from 0 to 2, got -1/],
    [0.5, 'list', /got 0.5/],
    [{ verb: 0 }, 'list', /a label from 0 to 2, got/],
    [undefined, 'groups', /a label "verb" from 0 to 1, got none/],
    [1, 'groups', /labels by name, a label "verb" from 0 to 1 among them, got 1/],
    [{ verb: 1 }, 'groups', /a label "noun" from 0 to 0, got/],
    [{ verb: 2, noun: 0 }, 'groups', /a label "verb" from 0 to 1, got/],
  ])('names the example whose label is %o for a classifier of a %s', async (label, kind, message) => {
    const examples = shuffled(sourceOf(() => label));
    const change = {
      examples,
      ...(kind === 'groups' && {
        model: tinyClassifier({ labels: { verb: ['open', 'cut'], noun: ['door'] } }),
      }),
    };
    await expect(told(change, 1)).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    [{ rank: 2, ranks: 2 }, 'rank'],
    [{ batchSize: 3, ranks: 2 }, 'batchSize'],
    [{ mix: true }, 'mix'],
    [{ mix: { mixup: 0 } }, 'mix'],
    [{ dropPath: 1 }, 'dropPath'],
    [{ model: {} }, 'model'],
  ])('refuses %o', (change, option) => {
    expect(() => labelledBatches(optionsOf(change as never))).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        where: expect.stringContaining(`labelledBatches, option ${option}`),
      }),
    );
  });

  const verbs = ['open', 'cut'];
  const nouns = ['door', 'knife', 'pan'];

  it.each<[ClassifierLabels, ClassNames, string]>([
    [
      ['right', 'down', 'diagonal'],
      ['diagonal', 'down', 'right'],
      'expected the data set\'s classes in their order, ["diagonal", "down", "right"], class 0 "diagonal", got ["right", "down", "diagonal"], class 0 "right"',
    ],
    [['a', 'b'], ['a', 'b', 'c'], 'class 2 "c", got ["a", "b"], no class 2'],
    [['a', 'b', 'c'], ['a', 'b'], 'no class 2, got ["a", "b", "c"], class 2 "c"'],
    [{ verb: verbs, noun: nouns }, { verb: verbs, noun: ['knife', 'door', 'pan'] }, 'class 0 "knife"'],
    [{ verb: verbs, tool: nouns }, { verb: verbs, noun: nouns }, 'got { verb: ["open", "cut"], tool: ['],
    [{ classification: verbs }, verbs, 'got { classification: ["open", "cut"] }'],
    [verbs, { classification: verbs }, 'order, { classification: ["open", "cut"] }, got ["open", "cut"]'],
  ])('refuses a classifier of %j for a data set of %j', (labels, classes, message) => {
    const examples = shuffled({ ...sourceOf(), classes });
    expect(() => labelledBatches(optionsOf({ model: tinyClassifier({ labels }), examples }))).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        where: 'labelledBatches, option model',
        message: expect.stringContaining(message),
      }),
    );
  });

  it.each<[ClassifierLabels, ClassNames | undefined]>([
    [verbs, verbs],
    [verbs, undefined],
    [
      { noun: nouns, verb: verbs },
      { verb: verbs, noun: nouns },
    ],
    [{ noun: nouns }, { verb: verbs, noun: nouns }],
  ])('takes a classifier of %j for a data set of %j', (labels, classes) => {
    const examples = shuffled({ ...sourceOf(), ...(classes && { classes }) });
    expect(() => labelledBatches(optionsOf({ model: tinyClassifier({ labels }), examples }))).not.toThrow();
  });

  it.each(['walk', null, [1], { verb: 'open' }])('refuses %j for the names of classes', (classes) => {
    const refused = expect.objectContaining({
      code: 'OPTION_INVALID',
      where: expect.stringMatching(/argument source, option classes|option examples, option classes/),
    });
    expect(() => shuffled({ ...sourceOf(), classes: classes as never })).toThrow(refused);
    const examples = { ...shuffled(sourceOf()), classes: classes as never };
    expect(() => labelledBatches(optionsOf({ examples }))).toThrow(refused);
  });

  it('describes what decides the batches, and not how they are made', async () => {
    const description = await labelledBatches(optionsOf({ threads: 2, mix: { mixup: 0.4 } })).describe();
    expect(description).toEqual({
      is: 'labelledBatches',
      model: model.describe(),
      examples: await shuffled(sourceOf()).describe(),
      batchSize: 4,
      dropPath: 0,
      mix: { mixup: 0.4, cutmix: 1, cutmixShare: 0.5 },
      seed: 3,
    });
  });
});
