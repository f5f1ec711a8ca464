import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { Engine, TensorTree } from '@tgm/tfjs-backend-onnx';
import { type Exchange, summed, type Told } from './exchange.js';
import { gradientVectors, valueAndGradients } from './gradients.js';
import type { Objective, Rows, Scalars } from './objective.js';
import { partOf, wholeOf } from './objective-outputs.js';
import { splitParams } from './parameter-vectors.js';
import type { RunState } from './run-state.js';
import { requireTerms, type StepOutcome, weightedSum } from './step.js';
import { type UpdateOptions, update } from './update.js';

/** A part of a batch. */
export interface BatchPart<Batch extends TensorTree> {
  readonly tensors: Batch;
  readonly clips: number;
}

/** As a type, which the engine takes for a structure of tensors. */
type ToldTensors = { readonly terms: Scalars; readonly figures: Scalars };

type Learned = { readonly vectors: Params; readonly buffers: Params };

/**
 * A step on a batch in parts, equal to that of the whole batch at once: the gradient of a term that compares all clips is taken
 * with respect to what each part gave to it, and carried on through the parts one by one.
 *
 * 1. Rows of each part, without gradients.
 * 2. The terms of all rows, and their gradients with respect to the rows and to the parameters, counted once.
 * 3. The gradient of each part's own terms, weighted by its clips, plus that of the sum of its rows times their gradients.
 * 4. One update with the sum.
 *
 * The parts may lie on several processes: what passes between them goes by `exchange`. Each process compares all rows, and one
 * of them counts what comes of that.
 *
 * The state is used up by the update alone, behind a call of `onUse`. An error before that leaves it as it was.
 *
 * A parameter that no part reaches gets a gradient of zero here.
 */
export function stepInParts<Batch extends TensorTree>(
  engine: Engine,
  objective: Objective<Batch>,
  options: UpdateOptions,
  exchange: Exchange,
): (
  state: RunState,
  parts: readonly BatchPart<Batch>[],
  learningRate: tf.Scalar,
  onUse?: () => void,
) => Promise<{ state: RunState; outcome: StepOutcome }> {
  const { layout } = options;

  const rowsOf = engine.compile((given: Learned & { batch: Batch }) => {
    const params = splitParams(layout, given.vectors);
    const { rows = {} } = partOf(objective, params, given.buffers, given.batch);
    return rows;
  });

  const compareAll = engine.compile((given: Learned & { parts: readonly Rows[] }) => {
    // Which rows a part gives may depend on what is in it.
    const having = (name: string) => given.parts.filter((part) => part[name] !== undefined);
    const names = [...new Set(given.parts.flatMap((part) => Object.keys(part)))];
    const rows = fromNames(names, (name) => tf.concat(having(name).map((part) => part[name]!)));
    const params = splitParams(layout, given.vectors);
    const compared = names.filter((name) => rows[name]!.dtype === 'float32');
    const { gradients, extra } = valueAndGradients(
      {
        ...params,
        ...Object.fromEntries(compared.map((name) => [`rows/${name}`, rows[name]!])),
      },
      (all) => {
        const own = fromNames(Object.keys(params), (name) => all[name]!);
        const seen = { ...rows, ...fromNames(compared, (name) => all[`rows/${name}`]!) };
        const { terms, figures = {}, buffers } = wholeOf(objective, own, given.buffers, seen);
        return {
          value: weightedSum(objective, terms),
          extra: { terms, figures, buffers: { ...given.buffers, ...buffers } },
        };
      },
    );
    const slopes = given.parts.map((): Record<string, tf.Tensor> => ({}));
    for (const name of compared) {
      const of = having(name);
      const sizes = of.map((part) => part[name]!.shape[0]!);
      const split = tf.split(gradients[`rows/${name}`] ?? tf.zerosLike(rows[name]!), sizes);
      for (const [at, part] of of.entries()) slopes[given.parts.indexOf(part)]![name] = split[at]!;
    }
    return {
      told: { terms: extra.terms, figures: extra.figures } as ToldTensors,
      buffers: extra.buffers as Params,
      gradients: gradientVectors(layout, gradients),
      rows: slopes as readonly Rows[],
    };
  });

  const addPart = engine.compile(
    (given: Learned & { batch: Batch; rows: Rows; share: tf.Scalar; sum: Params }) => {
      const { gradients, extra } = valueAndGradients(splitParams(layout, given.vectors), (params) => {
        const part = partOf(objective, params, given.buffers, given.batch);
        const shared = (scalars: Scalars = {}) =>
          fromNames(Object.keys(scalars), (name) => tf.mul(scalars[name]!, given.share) as tf.Scalar);
        const terms = shared(part.terms);
        const pulls = Object.entries(given.rows).map(([name, slope]) =>
          tf.sum(tf.mul(part.rows![name]!, slope)),
        );
        return {
          value: tf.addN([weightedSum(objective, terms), ...pulls]) as tf.Scalar,
          extra: { terms, figures: shared(part.figures) },
        };
      });
      const added = gradientVectors(layout, gradients);
      return {
        told: extra as ToldTensors,
        sum: fromNames(Object.keys(added), (group) => {
          const before = given.sum[group];
          return before ? tf.add(before, added[group]!) : added[group]!;
        }),
      };
    },
    { donate: ['sum'] },
  );

  const finish = engine.compile(
    (given: { state: RunState; buffers: Params; sum: Params; learningRate: tf.Scalar }) =>
      update(options, given.state, given.buffers, given.sum, given.learningRate, () => true),
    { donate: ['state', 'sum'] },
  );

  const zeroSum = engine.compile((given: { vectors: Params }) =>
    fromNames(Object.keys(given.vectors), (group) => tf.zerosLike(given.vectors[group]!)),
  );

  return async (state, parts, learningRate, onUse) => {
    const { vectors, buffers } = state;
    // What a call made is disposed when it is used up, and here where a later call throws.
    const made: unknown[] = [];
    const hold = <Tensors>(tensors: Tensors): Tensors => {
      made.push(tensors);
      return tensors;
    };
    try {
      const rows: Rows[] = [];
      if (objective.whole) {
        for (const { tensors } of parts) rows.push(hold(await rowsOf({ vectors, buffers, batch: tensors })));
      }
      const all = await exchange.parts(
        rows,
        parts.reduce((sum, part) => sum + part.clips, 0),
      );
      hold(all.foreign);
      const whole = all.rows.some((part) => Object.keys(part).length > 0)
        ? hold(await compareAll({ vectors, buffers, parts: all.rows }))
        : undefined;
      tf.dispose([rows, all.foreign] as unknown as tf.TensorContainer);
      const counted = whole && exchange.counts ? whole.gradients : undefined;
      // One graph for all parts: where there are several, the first one has something to be added to as well.
      let sum = counted ?? (parts.length > 1 ? hold(await zeroSum({ vectors })) : {});
      const told: Told[] = [];
      for (const [index, part] of parts.entries()) {
        const share = hold(tf.scalar(part.clips / all.clips));
        const after = hold(
          await addPart({
            vectors,
            buffers,
            batch: part.tensors,
            rows: whole?.rows[all.own[index]!] ?? {},
            share,
            sum,
          }),
        );
        share.dispose();
        sum = after.sum;
        told.push(after.told);
      }
      const spent = [whole?.rows ?? [], whole && !exchange.counts ? whole.gradients : []];
      tf.dispose(spent as unknown as tf.TensorContainer);
      sum = hold(await exchange.gradients(sum));
      const ofParts = hold(await exchange.told(told));
      const compared = whole ? [whole.told] : [];
      const terms = hold(summed([...compared, ofParts].map((each) => each.terms)));
      const figures = hold(summed([...compared, ofParts].map((each) => each.figures)));
      tf.dispose([compared, ofParts] as unknown as tf.TensorContainer);
      const total = hold(tf.tidy(() => weightedSum(objective, requireTerms(terms))));
      const next = whole?.buffers ?? hold(clonesOf(buffers));
      onUse?.();
      const { state: updated, ...norms } = await finish({ state, buffers: next, sum, learningRate });
      tf.dispose(next as tf.NamedTensorMap);
      return { state: updated, outcome: { total, terms, figures, ...norms } };
    } catch (error) {
      tf.dispose(made as tf.TensorContainer);
      throw error;
    }
  };
}

const clonesOf = (tensors: Params): Params =>
  fromNames(Object.keys(tensors), (name) => tf.clone(tensors[name]!));

const fromNames = <Value>(names: readonly string[], of: (name: string) => Value): Record<string, Value> =>
  Object.fromEntries(names.map((name) => [name, of(name)]));
