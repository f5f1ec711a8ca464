import * as tf from '@tensorflow/tfjs';
import type { ParameterLayout, Params } from '@tgm/models';
import type { Engine, TensorTree } from '@tgm/tfjs-backend-onnx';
import { adamW, constantSchedule, type Objective, trainer } from '@tgm/train';
import { constantBatch } from './constant-batch.js';
import { type Fixture, numbers, paramsOf } from './fixture.js';
import { compare, compareAll, type Pair, type Quantity, same } from './quantity.js';
import { toleranceOf } from './tolerance.js';

export interface TrainingCheck<Batch extends TensorTree> {
  readonly fixture: Fixture;
  readonly engine: Engine;
  readonly model: ParameterLayout;
  /** Of terms of parts alone. */
  readonly objective: Objective<Batch>;
  readonly batch: Batch;
  readonly clips: number;
  /** Official names of the parameters that the reference decays. */
  readonly decaying: readonly string[];
}

/** Groups of weight decay, gradients at the start, losses and weights of the fixture's steps of AdamW on one batch. */
export async function* checkTraining<Batch extends TensorTree>(
  check: TrainingCheck<Batch>,
): AsyncGenerator<Quantity> {
  const { fixture, engine, model, objective, batch, clips, decaying } = check;
  const { optimizer } = fixture.json;
  const tolerance = (quantity: string) => toleranceOf(fixture.json.tolerance, quantity);
  const params = paramsOf(fixture, model, 'param/');
  yield sameDecay(params, model, objective, decaying);

  const measure = engine.compile((given: { params: Params; batch: Batch }) =>
    lossAndGradients(objective, given.params, given.batch),
  );
  const { gradients } = await measure({ params, batch });
  const losses: number[] = [];
  let trained: Params = {};
  for await (const event of trainer({
    engine,
    objective,
    batches: constantBatch(batch, clips),
    optimizer: adamW({
      betas: optimizer.betas,
      epsilon: optimizer.eps,
      weightDecay: optimizer.weight_decay,
    }),
    schedule: constantSchedule({ base: optimizer.lr }),
    steps: optimizer.steps,
    seed: 0,
    start: { params },
  })) {
    if (event.type === 'step') losses.push(event.total);
    if (event.type === 'end') trained = event.params;
  }
  const last = await measure({ params: trained, batch });
  losses.push((await last.loss.data())[0]!);

  yield compare('output/losses', losses, numbers(fixture, 'output/losses'), tolerance('loss'));
  const slopes = await officialPairs(model, gradients, paramsOf(fixture, model, 'grad/'));
  yield compareAll('grad/*', slopes, tolerance('grad'));
  const stepped = `adamw${optimizer.steps}`;
  const after = paramsOf(fixture, model, `${stepped}/`);
  const updates = await officialPairs(model, trained, after, params);
  yield compareAll(`${stepped}/* - param/*`, updates, tolerance(stepped));
}

function lossAndGradients<Batch extends TensorTree>(
  objective: Objective<Batch>,
  params: Params,
  batch: Batch,
): { loss: tf.Scalar; gradients: Params } {
  const names = Object.keys(params);
  const total = (...tensors: tf.Tensor[]): tf.Scalar => {
    const named = Object.fromEntries(names.map((name, index) => [name, tensors[index]!]));
    const { terms } = objective.part(named, {}, batch);
    const weighted = Object.entries(terms).map(([name, term]) => tf.mul(term, objective.weights[name]!));
    return tf.addN(weighted) as tf.Scalar;
  };
  const { value, grads } = tf.valueAndGrads(total)(Object.values(params));
  return {
    loss: value as tf.Scalar,
    gradients: Object.fromEntries(names.map((name, index) => [name, grads[index]!])),
  };
}

/** Whether the objective decays the same parameters as the reference. */
function sameDecay(
  params: Params,
  model: ParameterLayout,
  objective: Pick<Objective<never>, 'group'>,
  decaying: readonly string[],
): Quantity {
  const official = new Map(model.official.map((row) => [row.name, row.official]));
  const got = new Set(
    Object.entries(params)
      .filter(([name, { shape }]) => objective.group(name, shape).decays)
      .map(([name]) => official.get(name)!),
  );
  return same('weight decay groups', [...got].sort(), [...decaying].sort());
}

/** Our tensors beside the reference's, thirds of a joined one together again. */
async function officialPairs(
  model: ParameterLayout,
  got: Params,
  expected: Params,
  minus?: Params,
): Promise<Pair[]> {
  const joined = new Map<string, { got: number[]; expected: number[] }>();
  for (const { name, official } of model.official) {
    const pair = joined.get(official) ?? { got: [], expected: [] };
    const base = minus ? await minus[name]!.data() : undefined;
    const less = (values: ArrayLike<number>) => Array.from(values, (value, at) => value - (base?.[at] ?? 0));
    joined.set(official, {
      got: pair.got.concat(less(await got[name]!.data())),
      expected: pair.expected.concat(less(await expected[name]!.data())),
    });
  }
  return [...joined].map(([name, pair]) => ({ name, ...pair }));
}
