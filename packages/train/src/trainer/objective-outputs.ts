import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { showValue } from '@tgm/options';
import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import { TrainError } from '../errors.js';
import type { Objective, PartOutputs, Rows, Scalars, WholeOutputs } from './objective.js';

type Refuse = (expected: string, received: string) => never;

const refusing =
  (name: string): Refuse =>
  (expected, received) => {
    throw new TrainError('OPTION_INVALID', {
      where: `trainer, option objective, ${name}`,
      expected,
      received,
    });
  };

/**
 * What a part of a batch comes to; without `rows` where it has none.
 *
 * @throws TrainError `OPTION_INVALID` for a term or figure that is no scalar, of which one number would be told and all be
 *   trained, and for rows that the objective does not compare.
 */
export function partOf<Batch extends TensorTree>(
  objective: Objective<Batch>,
  params: Params,
  buffers: Params,
  batch: Batch,
): PartOutputs {
  const refuse = refusing('part');
  const made = objective.part(params, buffers, batch);
  requireScalars(made?.terms, 'terms', refuse);
  requireScalars(made.figures ?? {}, 'figures', refuse);
  const { rows = {}, ...part } = made;
  const names = Object.keys(rows);
  if (names.length === 0) return part;
  if (objective.whole) return { ...part, rows };
  return refuse('a function `whole`, which compares rows', `rows ${names.join(', ')} and no such function`);
}

/**
 * What an objective gives of the rows of a whole batch.
 *
 * @throws TrainError `OPTION_INVALID` for a term or figure that is no scalar, and for buffers of other names or shapes.
 */
export function wholeOf(
  objective: Pick<Objective<never>, 'whole'>,
  params: Params,
  buffers: Params,
  rows: Rows,
): WholeOutputs {
  const refuse = refusing('whole');
  const made = objective.whole!(params, buffers, rows);
  requireScalars(made?.terms, 'terms', refuse);
  requireScalars(made.figures ?? {}, 'figures', refuse);
  for (const [name, tensor] of Object.entries(made.buffers ?? {})) {
    const own = buffers[name];
    if (!own) refuse(`buffers that init gave: ${Object.keys(buffers).join(', ') || 'none'}`, name);
    else if (!tf.util.arraysEqual(own.shape, tensor.shape))
      refuse(`buffers.${name} of shape [${own.shape}]`, `[${tensor.shape}]`);
  }
  return made;
}

function requireScalars(scalars: Scalars | undefined, kind: 'terms' | 'figures', refuse: Refuse): void {
  if (typeof scalars !== 'object' || scalars === null) refuse(`${kind}: scalars by name`, showValue(scalars));
  for (const [name, scalar] of Object.entries(scalars!)) {
    if (!(scalar instanceof tf.Tensor)) refuse(`${kind}.${name}: a scalar`, showValue(scalar));
    if (scalar.rank > 0)
      refuse(`${kind}.${name}: a scalar, such as a mean over the clips`, `shape [${scalar.shape}]`);
  }
}

/** @throws TrainError `OPTION_INVALID` for weights that are no finite numbers, or all 0: nothing would be learned. */
export function requireWeights({ weights }: Pick<Objective<never>, 'weights'>): void {
  const all = Object.entries(weights ?? {});
  const wrong = all.find(([, weight]) => !Number.isFinite(weight));
  if (!wrong && all.some(([, weight]) => weight !== 0)) return;
  refusing('weights')(
    wrong ? `a finite number for the term ${wrong[0]}` : 'a weight other than 0 for one term at least',
    showValue(wrong ? wrong[1] : weights),
  );
}
