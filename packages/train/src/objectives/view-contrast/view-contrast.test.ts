import * as tf from '@tensorflow/tfjs';
import { normal, seededRandom } from '@tgm/masking';
import type { Params } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MaskedBatch } from '../masked-batch.js';
import { ENGINES, tinyEncoder } from '../tiny-batch.test-support.js';
import * as reference from './reference.test-support.js';
import { layersOf, matrix, outcomeOf, type PresetName, small } from './small-presets.test-support.js';
import { viewBatch } from './view-batch.test-support.js';
import { viewContrast } from './view-contrast.js';
import type { ViewContrastOptions } from './view-contrast-options.js';

/** Clips 1 and 3 are of one sample. */
const SAMPLES = [0, 1, 2, 1, 4];
/** Of a queue of seven: the first rows are of samples in the batch, the rest of no sample yet. */
const QUEUED = [2, 9, 1, 4];

const PROJECTION = 'view_contrast.projection';
const PREDICTOR = 'view_contrast.predictor';

const byHand: Readonly<Record<string, (seen: Seen) => number>> = {
  simclr: ({ z, samples }) => reference.ntXent(z('first'), z('second'), samples, 0.1),
  cvrl: ({ z, samples }) => reference.ntXent(z('first'), z('second'), samples, 0.1),
  mocoV1: (seen) => queued(seen, 0.07),
  mocoV2: (seen) => queued(seen, 0.2),
  mocoV3: ({ p, k, samples }) => bothWays((from, to) => reference.ofTheView(p(from), k(to), samples, 0.2)),
  byol: (seen) => bothWays((from, to) => reference.squaredDistance(seen.p(from), seen.k(to))),
  simsiam: (seen) => bothWays((from, to) => reference.squaredDistance(seen.p(from), seen.k(to))),
  nnclr: ({ p, k, queue, samples }) =>
    bothWays((from, to) => reference.byNeighbours(p(from), k(to), queue, samples, QUEUED, 0.1)),
  swav: ({ z, k, params }) =>
    bothWays((from, to) =>
      reference.swapped(z(from), k(to), matrix(params['view_contrast.prototypes']!), 0.1),
    ),
  cpc: ({ z, p, samples }) => {
    const moments = ['later1', 'later2', 'later3'].map(z);
    const terms = moments.map((_, at) => reference.predictive(p('context', at), moments, at, samples));
    return reference.mean(terms);
  },
};

const queued = ({ z, k, queue, samples }: Seen, temperature: number) =>
  reference.withQueue(z('first'), k('second'), queue, samples, QUEUED, temperature);

const bothWays = (term: (from: string, to: string) => number): number =>
  (term('first', 'second') + term('second', 'first')) / 2;

/** What the reference sees: projections, predictions and keys by view, in numbers. */
interface Seen {
  z(view: string): reference.Matrix;
  p(view: string, pair?: number): reference.Matrix;
  k(view: string): reference.Matrix;
  readonly queue: reference.Matrix;
  readonly samples: readonly number[];
  readonly params: Params;
}

describe.each(ENGINES)('viewContrast on $name', { timeout: 60_000 }, ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  /** A state in the midst of a run: the target is not the encoder, the queue has rows of known samples. */
  function begun(options: ViewContrastOptions) {
    const objective = viewContrast(options);
    const drawn = objective.init(seededRandom('init'), {});
    const { buffers = {} } = drawn;
    // Prototypes that training has made longer and shorter.
    const lengths = tf.tensor2d([0.5, 0.8, 1.1, 1.5, 2], [5, 1]);
    const params: Params = Object.fromEntries(
      Object.entries(drawn.params).map(([name, tensor]) => [
        name,
        name === 'view_contrast.prototypes' ? tf.mul(tensor, lengths) : tensor,
      ]),
    );
    const random = seededRandom('buffers');
    const moved = Object.entries(buffers).map(([name, tensor]) => {
      if (name === 'view_contrast.queue_sample_keys') {
        const keys = Array.from({ length: tensor.shape[0]! }, (_, row) =>
          row < QUEUED.length ? [QUEUED[row]!, 7] : [0, 0],
        );
        return [name, tf.tensor2d(keys, undefined, 'int32')] as const;
      }
      if (!name.startsWith('view_contrast.target.')) return [name, tensor] as const;
      const noise = tf.tensor(
        Float32Array.from({ length: tensor.size }, () => 0.1 * normal(random)),
        tensor.shape,
      );
      return [name, tf.add(tensor, noise)] as const;
    });
    return { objective, params, buffers: Object.fromEntries(moved) };
  }

  /** The term of the objective, and that of the reference, which is given the encoder's means. */
  async function compare(options: ViewContrastOptions, term: (seen: Seen) => number) {
    const { objective, params, buffers } = begun(options);
    const batch = viewBatch(options.model, objective.needs.views, SAMPLES, 'batch');
    const made = await outcomeOf(engine, objective)({ params, buffers, batch });
    const momentum = typeof options.target === 'object' ? options.target.momentum : undefined;
    // The target in this step, in doubles.
    const target = (name: string): tf.Tensor => {
      const [old, now] = [buffers[`view_contrast.target.${name}`]!, params[name]!];
      const values = old
        .dataSync()
        .map((value, at) => value * momentum! + now.dataSync()[at]! * (1 - momentum!));
      return tf.tensor(values, old.shape);
    };
    const targets: Params =
      momentum === undefined
        ? params
        : Object.fromEntries(
            Object.keys(params)
              .filter((name) => !name.startsWith(PREDICTOR))
              .map((name) => [name, target(name)]),
          );
    const embed = engine.compile((given: { params: Params; batch: MaskedBatch }) => {
      const views = Object.entries(given.batch.views).map(([view, { tokens, positions }]) => [
        view,
        tf.mean(options.model.encode(given.params, tokens, positions), 1),
      ]);
      return Object.fromEntries(views) as Params;
    });
    const means = async (of: Params): Promise<Readonly<Record<string, reference.Matrix>>> =>
      Object.fromEntries(
        Object.entries(await embed({ params: of, batch })).map(([view, rows]) => [view, matrix(rows)]),
      );
    const [own, others] = [await means(params), await means(targets)];
    const projected = (of: Params, rows: reference.Matrix): reference.Matrix =>
      options.projection ? reference.head(layersOf(PROJECTION, of), rows) : rows;
    const keys = Object.fromEntries(
      Object.entries(others).map(([view, rows]) => [view, projected(targets, rows)]),
    );
    /** With other weights of the heads; what has no gradients stays. */
    const seenWith = (heads: Params): Seen => ({
      z: (view) => projected(heads, own[view]!),
      p: (view, pair) =>
        reference.head(
          layersOf(pair === undefined ? PREDICTOR : `${PREDICTOR}.pair${pair}`, heads),
          projected(heads, own[view]!),
        ),
      k: (view) => keys[view]!,
      queue: buffers['view_contrast.queue'] ? matrix(buffers['view_contrast.queue']) : [],
      samples: SAMPLES,
      params,
    });
    const seen = seenWith(params);
    const termWith = (heads: Params) => term(seenWith(heads));
    return { got: made.term.dataSync()[0]!, wanted: term(seen), made, seen, params, termWith };
  }

  it.each(Object.keys(byHand) as PresetName[])('%s is what its paper says, in loops', async (name) => {
    const { got, wanted } = await compare(small(name), byHand[name]!);
    expect(wanted).toBeGreaterThan(0.01);
    expect(Math.abs(got - wanted) / wanted).toBeLessThan(1e-4);
  });

  it.each(Object.keys(byHand) as PresetName[])('%s has the gradient of its formula', async (name) => {
    const { made, params, termWith } = await compare(small(name), byHand[name]!);
    const heads = Object.keys(params).filter(
      (each) => each.startsWith(PROJECTION) || each.startsWith(PREDICTOR),
    );
    for (const weight of heads.filter((each) => each.endsWith('.weight'))) {
      const [values, slopes] = [params[weight]!.dataSync(), made.gradients[weight]!.dataSync()];
      const longest = Math.max(...slopes.map(Math.abs));
      for (const at of [0, Math.floor(values.length / 2), values.length - 1]) {
        // The differences of float32 numbers, as they came out.
        const changed = [-1e-5, 1e-5].map((by) =>
          values.map((value, entry) => (entry === at ? value + by : value)),
        );
        const [below, above] = changed.map((numbers) =>
          termWith({ ...params, [weight]: tf.tensor(numbers, params[weight]!.shape) }),
        );
        const slope = (above! - below!) / (changed[1]![at]! - changed[0]![at]!);
        expect(Math.abs(slopes[at]! - slope), `${weight} ${at}`).toBeLessThan(1e-3 * longest);
      }
    }
  });

  it('swav learns its prototypes behind the frozen steps, as its formula says', async () => {
    const options = small('swav');
    const { objective, params, buffers } = begun(options);
    const batch = viewBatch(options.model, objective.needs.views, SAMPLES, 'batch');
    const step = outcomeOf(engine, objective);
    const name = 'view_contrast.prototypes';
    const frozen = await step({ params, buffers, batch });
    expect(frozen.gradients[name]!.dataSync().every((slope) => slope === 0)).toBe(true);
    const later = await step({ params, buffers: frozen.buffers, batch });
    expect(later.term.dataSync()[0]!).toBeCloseTo(frozen.term.dataSync()[0]!, 6);
    const { seen } = await compare(options, byHand.swav!);
    const prototypes = matrix(params[name]!);
    const term = (changed: reference.Matrix) =>
      bothWays((from, to) => reference.swapped(seen.z(from), seen.k(to), changed, 0.1, prototypes));
    const slopes = matrix(later.gradients[name]!);
    slopes.forEach((row, k) => {
      row.forEach((slope, column) => {
        const moved = (by: number) =>
          prototypes.map((each, at) =>
            each.map((value, of) => (at === k && of === column ? value + by : value)),
          );
        expect(slope).toBeCloseTo((term(moved(1e-5)) - term(moved(-1e-5))) / 2e-5, 3);
      });
    });
  });

  it('takes shuffled clips for wrong, those of the own sample too', async () => {
    const options = small('simclr', { negatives: ['shuffled'] });
    const { got, wanted } = await compare(options, ({ z, samples }) => {
      const [first, second, shuffled] = ['first', 'second', 'shuffled'].map((view) =>
        z(view).map(reference.unit),
      );
      const oneWay = (from: number[][], to: number[][]): number =>
        reference.mean(
          from.map((query, at) => {
            const others = [...from, ...to].filter((_, other) => samples[other % 5] !== samples[at]);
            const scores = [to[at]!, ...others, ...shuffled!].map((candidate) =>
              candidate.reduce((sum, value, column) => sum + value * query[column]!, 0),
            );
            return reference.crossEntropy(scores.map((score) => score / 0.1));
          }),
        );
      return (oneWay(first!, second!) + oneWay(second!, first!)) / 2;
    });
    expect(Math.abs(got - wanted) / wanted).toBeLessThan(1e-4);
  });

  it.each(
    (['same', 'stopped', { momentum: 0.9 }] as const).flatMap((target) =>
      (['batch', 'view', 'none', { queue: 3 }] as const).flatMap((keys) =>
        [undefined, { layers: 1 }].map((predictor) => ({ target, keys, predictor })),
      ),
    ),
  )('learns with $target, $keys and the predictor $predictor', async ({ target, keys, predictor }) => {
    const objective = viewContrast({
      model: tinyEncoder(),
      projection: { layers: 1, width: 6 },
      target,
      keys,
      ...(keys === 'none' ? {} : { temperature: 0.5, negatives: ['shuffled'] }),
      ...(predictor ? { predictor } : {}),
    });
    const { params, buffers = {} } = objective.init(seededRandom('all'), {});
    const batch = viewBatch(tinyEncoder(), objective.needs.views, SAMPLES, 'all');
    const { term, gradients, buffers: next } = await outcomeOf(engine, objective)({ params, buffers, batch });
    expect(term.dataSync()[0]!).toBeGreaterThan(0);
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(params).sort());
    const longest = Object.values(gradients).map((slopes) => Math.max(...slopes.dataSync().map(Math.abs)));
    expect(Math.max(...longest)).toBeGreaterThan(1e-4);
    expect(Object.keys(next).sort()).toEqual(Object.keys(buffers).sort());
  });

  it.each([
    // Of five clips two are of one sample: these have 2 * 3 others, the rest 2 * 4.
    ['simclr', Math.log(1 + 8) * 0.6 + Math.log(1 + 6) * 0.4],
    // Of the queue's seven rows one is left out for each clip of a sample that it has, which are four of five.
    ['mocoV2', Math.log(1 + 7) * 0.2 + Math.log(1 + 6) * 0.8],
    ['mocoV3', Math.log(1 + 4) * 0.6 + Math.log(1 + 3) * 0.4],
    ['byol', 2],
    ['swav', Math.log(5)],
  ] as const)('%s tells the value of knowing nothing', async (name, value) => {
    const { made } = await compare(small(name), byHand[name]!);
    expect(made.figures['viewContrast baseline']!.dataSync()[0]!).toBeCloseTo(value, 5);
  });

  it('is its baseline where all embeddings are the same, and has no spread there', async () => {
    const { objective, params, buffers } = begun(small('mocoV1'));
    const constant = Object.fromEntries(
      Object.entries(params).map(([name, tensor]) => [
        name,
        name.startsWith(PROJECTION) && name.endsWith('weight') ? tf.zerosLike(tensor) : tf.onesLike(tensor),
      ]),
    );
    const row = reference.unit([1, 1, 1, 1, 1, 1]);
    const queue = tf.tensor2d(Array.from({ length: 7 }, () => row));
    const targets = Object.entries(buffers).map(([name, tensor]) => {
      const followed = name.replace('view_contrast.target.', '');
      return [name, followed === name ? tensor : constant[followed]!] as const;
    });
    const made = await outcomeOf(
      engine,
      objective,
    )({
      params: constant,
      buffers: { ...Object.fromEntries(targets), 'view_contrast.queue': queue },
      batch: viewBatch(tinyEncoder(), objective.needs.views, SAMPLES, 'batch'),
    });
    const figures = made.figures;
    expect(made.term.dataSync()[0]!).toBeCloseTo(figures['viewContrast baseline']!.dataSync()[0]!, 5);
    expect(figures['viewContrast spread']!.dataSync()[0]!).toBeLessThan(1e-5);
  });

  it('tells the spread of the projections', async () => {
    const { made, seen } = await compare(small('byol'), byHand.byol!);
    const spread = (rows: reference.Matrix): number => {
      const units = rows.map(reference.unit);
      const deviations = units[0]!.map((_, column) => {
        const values = units.map((unit) => unit[column]!);
        return Math.sqrt(reference.mean(values.map((value) => (value - reference.mean(values)) ** 2)));
      });
      return reference.mean(deviations) * Math.sqrt(deviations.length);
    };
    const wanted = reference.mean([spread(seen.z('first')), spread(seen.z('second'))]);
    expect(made.figures['viewContrast spread']!.dataSync()[0]!).toBeCloseTo(wanted, 5);
  });
});
