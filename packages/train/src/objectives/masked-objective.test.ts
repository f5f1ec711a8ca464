import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  type ClipLoss,
  contrastiveLoss,
  infoNce,
  type Loss,
  type LossNeeds,
  type LossWidths,
  pixelTarget,
  reconstructionLoss,
  tokenErrors,
} from '@tgm/losses';
import { seededRandom } from '@tgm/masking';
import { loadVideoMae, type Params, type VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PartOutputs, Rows, Scalars } from '../trainer/objective.js';
import type { MaskedBatch } from './masked-batch.js';
import { type MaskedObjectiveOptions, maskedObjective } from './masked-objective.js';
import { clipsFrom, ENGINES, TEXT_WIDTH, tinyBatch, tinyModel } from './tiny-batch.test-support.js';

const terms = (...losses: Loss[]) => losses.map((loss) => ({ loss, weight: 1 }));
const objectiveOf = (model: VideoMae, ...losses: Loss[]) =>
  maskedObjective({ model, losses: terms(...losses), textWidth: TEXT_WIDTH });

const numbersOf = async (scalars: Readonly<Record<string, tf.Tensor>>) => {
  const read = Object.entries(scalars).map(
    async ([name, value]) => [name, (await value.data())[0]!] as const,
  );
  return Object.fromEntries(await Promise.all(read));
};

describe.each(ENGINES)('the masked objective on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  const model = tinyModel();

  it('comes to the terms that its parts make by hand', async () => {
    const objective = objectiveOf(model, reconstructionLoss(), contrastiveLoss({ view: 'contrast' }));
    const { params } = objective.init(seededRandom('init'), {});
    const batch = tinyBatch(model, 4, 'batch');
    const step = engine.compile((given: { params: Params; batch: typeof batch }) => {
      const part = objective.part(given.params, {}, given.batch);
      const whole = objective.whole!(given.params, {}, part.rows!);
      return { terms: { ...part.terms, ...whole.terms }, figures: { ...part.figures, ...whole.figures } };
    });
    const byHand = engine.compile((given: { params: Params; batch: typeof batch }) => {
      const { views, reconstruct, text, sampleKey } = given.batch;
      const { positions } = views.reconstruct;
      const latent = model.encode(given.params, views.reconstruct.tokens, positions);
      const target = pixelTarget().values(reconstruct.pixels);
      const said = model.decode(given.params, latent, positions, reconstruct.masked);
      const seen = model.encode(given.params, views.contrast.tokens, views.contrast.positions);
      const unit = (rows: tf.Tensor) => tf.div(rows, tf.norm(rows, 2, 1, true)) as tf.Tensor2D;
      const projection = given.params['contrastive.projection.weight'] as tf.Tensor2D;
      return {
        reconstruction: tf.mean(tokenErrors(said, target)),
        contrastive: infoNce({
          rows: unit(tf.matMul(tf.mean(seen, 1) as tf.Tensor2D, projection, false, true)),
          columns: unit(text.embedding),
          scale: tf.exp(given.params['contrastive.logit_scale'] as tf.Scalar),
          keys: [text.captionKey, sampleKey],
        }),
        'reconstruction baseline': tf.mean(tf.square(target)),
      };
    });
    const found = await step({ params, batch });
    const expected = await numbersOf(await byHand({ params, batch }));
    const got = { ...(await numbersOf(found.terms)), ...(await numbersOf(found.figures)) };
    expect(Object.keys(got).sort()).toEqual(
      [...Object.keys(expected), 'contrastive negatives', 'contrastive baseline'].sort(),
    );
    for (const [name, value] of Object.entries(expected)) expect(got[name], name).toBeCloseTo(value, 4);
    // Of four clips two have the caption 0.
    expect(got['contrastive negatives']).toBe((2 * 3 + 2 * 2) / 4);
    expect(got['contrastive baseline']).toBeCloseTo((2 * Math.log(4) + 2 * Math.log(3)) / 4, 5);
  });

  it('sees the whole batch by the rows of its parts', async () => {
    const objective = objectiveOf(model, contrastiveLoss());
    const { params } = objective.init(seededRandom('init'), {});
    const batch = tinyBatch(model, 4, 'batch');
    const step = engine.compile((given: { params: Params; batch: MaskedBatch }) => {
      const halves = [0, 2].map((from) => clipsFrom(given.batch, from, 2));
      const rows = halves.map((half) => objective.part(given.params, {}, half).rows!);
      const joined = Object.fromEntries(
        Object.keys(rows[0]!).map((name) => [name, tf.concat(rows.map((half) => half[name]!))]),
      );
      const whole = (all: Rows) => objective.whole!(given.params, {}, all).terms;
      return {
        joined: whole(joined),
        once: whole(objective.part(given.params, {}, given.batch).rows!),
      };
    });
    const { joined, once } = await step({ params, batch });
    expect((await numbersOf(joined)).contrastive).toBeCloseTo((await numbersOf(once)).contrastive!, 6);
  });
});

/** The model, and how often it encoded, decoded, and said pixels of what it decoded. */
function counted(model: VideoMae) {
  const passes = { encoder: 0, decoder: 0, head: 0 };
  return {
    passes,
    model: {
      ...model,
      encode: (...given) => {
        passes.encoder += 1;
        return model.encode(...given);
      },
      decodeTokens: (...given) => {
        passes.decoder += 1;
        return model.decodeTokens(...given);
      },
      predictPixels: (...given) => {
        passes.head += 1;
        return model.predictPixels(...given);
      },
    } satisfies VideoMae,
  };
}

/** A loss that draws one of its inputs to zero. */
const small = (name: 'decoded' | 'features' | 'visibleFeatures', needs: Partial<LossNeeds>): ClipLoss => ({
  kind: 'clip',
  name,
  needs: { views: [], text: false, ...needs },
  init: () => ({}),
  compute: (_params, inputs) => tf.mean(tf.square(inputs[name]!)) as tf.Scalar,
  describe: () => ({ is: `small ${name}` }),
});
const ofDecoded = small('decoded', { decoded: true });
const ofFeatures = small('features', { features: true });
const ofVisible = small('visibleFeatures', { visibleFeatures: true });

describe('what is computed', () => {
  const overall = reconstructionLoss();
  it.each([
    ['reconstruction', [overall], [1, 1, 1], ['reconstruct']],
    ['contrast', [contrastiveLoss()], [1, 0, 0], ['reconstruct']],
    ['contrast elsewhere', [contrastiveLoss({ view: 'contrast' })], [1, 0, 0], ['contrast']],
    ['both on one view', [overall, contrastiveLoss()], [1, 1, 1], ['reconstruct']],
    [
      'both on two views',
      [contrastiveLoss({ view: 'contrast' }), overall],
      [2, 1, 1],
      ['reconstruct', 'contrast'],
    ],
    ["the decoder's tokens", [ofDecoded], [1, 1, 0], ['reconstruct']],
    ["the decoder's tokens and pixels", [ofDecoded, overall], [1, 1, 1], ['reconstruct']],
    ['features of masked tokens', [ofFeatures], [1, 0, 0], ['reconstruct']],
    ['features of visible tokens', [ofVisible], [1, 0, 0], ['reconstruct']],
  ] as const)('%s', (_name, losses, [encoder, decoder, head], views) => {
    const { model, passes } = counted(tinyModel());
    const objective = objectiveOf(model, ...losses);
    const { params } = objective.init(seededRandom('init'), {});
    const whole = tinyBatch(model, 2, 'batch');
    const kept = Object.entries(whole.views).filter(([name]) => (views as readonly string[]).includes(name));
    tf.tidy(() => {
      objective.part(params, {}, { ...whole, views: Object.fromEntries(kept) });
    });
    expect(passes).toEqual({ encoder, decoder, head });
    expect(objective.whole === undefined).toBe(losses.every(({ kind }) => kind === 'clip'));
  });

  it('reaches every parameter with both losses', () => {
    const model = tinyModel({ positions: 'separable', classToken: true });
    const objective = objectiveOf(model, reconstructionLoss(), contrastiveLoss());
    const { params } = objective.init(seededRandom('init'), {});
    const batch = tinyBatch(model, 3, 'batch');
    const names = Object.keys(params);
    const { grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const given = Object.fromEntries(names.map((name, at) => [name, tensors[at]!]));
      const part: PartOutputs = objective.part(given, {}, batch);
      const all: Scalars = { ...part.terms, ...objective.whole!(given, {}, part.rows!).terms };
      return tf.addN(Object.values(all)) as tf.Scalar;
    })(Object.values(params));
    expect(grads.map((gradient) => gradient.shape)).toEqual(
      Object.values(params).map((value) => value.shape),
    );
  });
});

describe('parameters', () => {
  const model = tinyModel({ positions: 'separable', classToken: true });
  const objective = objectiveOf(model, reconstructionLoss(), contrastiveLoss());

  it("are the model's and then the losses', drawn in this order", async () => {
    const { params, buffers } = objective.init(seededRandom('init'), {});
    const random = seededRandom('init');
    const expected = {
      ...model.init(random),
      ...contrastiveLoss().init(random, { video: 12, prediction: 384, text: TEXT_WIDTH }),
    };
    expect(buffers).toBeUndefined();
    expect(Object.keys(params)).toEqual(Object.keys(expected));
    for (const [name, value] of Object.entries(params)) {
      expect(await value.data(), name).toEqual(await expected[name]!.data());
    }
  });

  it('decay where they are matrices, but not tokens and positions, and learn at the full rate', () => {
    const { params } = objective.init(seededRandom('init'), {});
    const groups = Object.entries(params).map(
      ([name, { shape }]) => [name, objective.group(name, shape)] as const,
    );
    expect(groups.every(([, group]) => group.rateScale === 1)).toBe(true);
    const fixed = groups
      .filter(([name, group]) => !group.decays && params[name]!.rank > 1)
      .map(([name]) => name);
    expect(fixed.sort()).toEqual([
      'decoder.class_token',
      'decoder.spatial_positions',
      'decoder.temporal_positions',
      'mask_token',
      'videomae.embeddings.class_token',
      'videomae.embeddings.spatial_positions',
      'videomae.embeddings.temporal_positions',
    ]);
    const decaying = groups.filter(([, group]) => group.decays).map(([name]) => name);
    expect(decaying).toContain('contrastive.projection.weight');
    expect(decaying).toContain('videomae.embeddings.patch_embeddings.projection.weight');
    expect(decaying.some((name) => name.endsWith('bias') || name === 'contrastive.logit_scale')).toBe(false);
  });

  it('are kept as a model that opens, without the losses', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tgm-objective-'));
    const { params } = objective.init(seededRandom('init'), {});
    const [artefact, ...others] = objective.artefacts(params, {});
    expect([artefact!.folder, others]).toEqual(['.', []]);
    await artefact!.write(folder);
    const loaded = await loadVideoMae(folder);
    expect(loaded.model.config).toEqual(model.config);
    expect(Object.keys(loaded.params)).toEqual(model.parameters.map(({ name }) => name));
    for (const [name, value] of Object.entries(loaded.params)) {
      expect(await value.data(), name).toEqual(await params[name]!.data());
    }
    await rm(folder, { recursive: true });
  });

  it('of a loss have its name, so that none is overwritten', () => {
    const model = tinyModel();
    const named = (name: string): ClipLoss => ({
      ...reconstructionLoss(),
      name: 'own',
      init: () => ({ [name]: tf.scalar(1) }),
    });
    const before = tf.memory().numTensors;
    expect(() => objectiveOf(model, named('mask_token')).init(seededRandom('init'), {})).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        where: 'maskedObjective, loss own',
        received: '"mask_token"',
      }),
    );
    expect(tf.memory().numTensors).toBe(before);
    expect(
      Object.keys(objectiveOf(model, named('own.scale')).init(seededRandom('init'), {}).params),
    ).toContain('own.scale');
  });
});

it('tells losses the widths, that of the features where it is given and one reads them', () => {
  const seen: LossWidths[] = [];
  const watching = (loss: Loss): Loss => ({
    ...loss,
    init: (_random, widths) => {
      seen.push(widths);
      return {};
    },
  });
  for (const loss of [ofFeatures, ofVisible, ofDecoded]) {
    const losses = terms(watching(loss));
    maskedObjective({ model: tinyModel(), losses, featureWidth: 4 }).init(seededRandom('init'), {});
  }
  maskedObjective({ model: tinyModel(), losses: terms(watching(ofFeatures)) }).init(seededRandom('init'), {});
  const own = { video: 12, grid: tinyModel().grid, decoder: 8, prediction: 384 };
  expect(seen).toEqual([{ ...own, features: 4 }, { ...own, features: 4 }, own, own]);
});

describe('options', () => {
  const model = tinyModel();
  const reconstruction = { loss: reconstructionLoss(), weight: 1 };
  it.each([
    ['no losses', { losses: [] }, 'losses'],
    ['a loss without its weight', { losses: [reconstructionLoss()] }, 'losses'],
    ['a negative weight', { losses: [{ ...reconstruction, weight: -1 }] }, 'losses.0.weight'],
    ['what is no loss', { losses: [{ loss: { kind: 'clip' }, weight: 1 }] }, 'losses.0.loss'],
    ['two losses of a name', { losses: [reconstruction, reconstruction] }, 'losses'],
    [
      'a loss without needs',
      { losses: terms({ ...reconstructionLoss(), needs: undefined as never }) },
      'needs',
    ],
    [
      'a loss whose needs have an unknown name',
      {
        losses: terms({
          ...reconstructionLoss(),
          needs: { views: [], text: false, visibleFeature: true } as never,
        }),
      },
      'needs.visibleFeature',
    ],
    ['a loss without a name', { losses: terms({ ...reconstructionLoss(), name: '' }) }, 'option name'],
    [
      'a loss whose name has a dot',
      { losses: terms({ ...reconstructionLoss(), name: 'a.b' }) },
      'option name',
    ],
    ['no width of the text', { losses: terms(contrastiveLoss()), textWidth: undefined }, 'textWidth'],
    ['a width of the text of 0', { textWidth: 0 }, 'textWidth'],
    ['a width of the features of 0', { featureWidth: 0 }, 'featureWidth'],
    ['what is no model', { model: {} }, 'model'],
    ['an unknown name', { loses: [] }, 'loses'],
  ])('refuses %s', (_name, change, option) => {
    const options = { model, losses: [reconstruction], textWidth: TEXT_WIDTH, ...change };
    const refused = () => maskedObjective(options as MaskedObjectiveOptions);
    expect(refused).toThrow(expect.objectContaining({ name: 'TrainError', code: 'OPTION_INVALID' }));
    expect(refused).toThrow(option);
  });

  it('names what a batch lacks', () => {
    const objective = objectiveOf(model, reconstructionLoss(), contrastiveLoss({ view: 'contrast' }));
    const { params } = objective.init(seededRandom('init'), {});
    const batch = tinyBatch(model, 2, 'batch');
    const { contrast: _contrast, ...views } = batch.views;
    const { reconstruct: _reconstruct, ...without } = batch;
    const { text: _text, ...silent } = batch;
    for (const [given, code, where] of [
      [{ ...batch, views }, 'OPTION_INVALID', 'maskedObjective, batch'],
      [without, 'OPTION_INVALID', 'maskedObjective, batch'],
      [silent, 'TEXT_MISSING', 'contrastiveLoss'],
    ] as const) {
      expect(() => objective.part(params, {}, given as MaskedBatch)).toThrow(
        expect.objectContaining({ code, where }),
      );
    }
  });

  it('are described, the width of the text only where it is read', () => {
    expect(objectiveOf(model, contrastiveLoss()).describe()).toEqual({
      is: 'maskedObjective',
      model: model.describe(),
      losses: [{ loss: contrastiveLoss().describe(), weight: 1 }],
      textWidth: TEXT_WIDTH,
    });
    expect(objectiveOf(model, reconstructionLoss()).describe()).not.toHaveProperty('textWidth');
  });
});
