import * as tf from '@tensorflow/tfjs';
import { showValue } from '@tgm/options';
import type { Collective } from '../collective/collective.js';
import { TrainError } from '../errors.js';
import type { MeasuredParameters } from './evaluator.js';
import type { EvaluatedEvent } from './events.js';
import type { Run } from './open-run.js';
import { requireSameOptions } from './shared-state.js';
import type { CheckedOptions } from './trainer-options.js';

type Evaluate = NonNullable<CheckedOptions['evaluate']>;

/**
 * Measures a run's parameters, an event for each evaluator and each kind of parameters. Of several processes all take part in what is
 * measured together, and rank 0 alone does the rest and tells.
 *
 * @throws TrainError `OPTION_INVALID` for what is no numbers by name; and what an evaluator throws.
 */
export async function* evaluations(
  run: Run,
  { evaluators, parameters }: Evaluate,
  collective: Collective,
): AsyncGenerator<EvaluatedEvent, void, undefined> {
  const [first, several] = [collective.rank === 0, collective.size > 1];
  const own = evaluators.filter(({ together }) => first || together);
  if (own.length === 0) return;
  const { params: current, average, buffers } = await run.tensors();
  const kinds: readonly MeasuredParameters[] = parameters === 'both' ? ['current', 'average'] : [parameters];
  try {
    for (const kind of kinds) {
      for (const evaluator of own) {
        const measured = kind === 'average' ? average! : current;
        const made =
          several && evaluator.together
            ? await evaluator.evaluate(measured, collective)
            : await evaluator.evaluate(measured);
        if (!first) continue;
        const figures = requireFigures(evaluator.name, made);
        yield { type: 'evaluated', step: run.step, evaluator: evaluator.name, parameters: kind, figures };
      }
    }
  } finally {
    tf.dispose([current, average, buffers] as unknown as tf.TensorContainer);
  }
}

/**
 * @throws TrainError `OPTION_INVALID` for evaluators of one name, whose numbers could not be told apart, and where an average
 *   is to be measured and none is kept.
 */
export function requireEvaluators({ evaluate, average }: Pick<CheckedOptions, 'evaluate' | 'average'>): void {
  if (!evaluate) return;
  const names = evaluate.evaluators.map(({ name }) => name);
  const told = names.every((name) => typeof name === 'string' && name !== '');
  if (!told || new Set(names).size < names.length) {
    throw new TrainError('OPTION_INVALID', {
      where: 'trainer, option evaluate.evaluators',
      expected: 'evaluators of different names',
      received: names.map(showValue).join(', '),
    });
  }
  if (evaluate.parameters === 'current' || average) return;
  throw new TrainError('OPTION_INVALID', {
    where: 'trainer, option evaluate.parameters',
    expected: '"current", or the option average, which keeps the average that is to be measured',
    received: `"${evaluate.parameters}" without average`,
  });
}

/** @throws TrainError `RANKS_DISAGREE`, on all ranks, unless all of them measure the same at the same steps. */
export async function requireSameEvaluations(
  collective: Collective,
  evaluate: Evaluate | undefined,
): Promise<void> {
  const evaluators = evaluate?.evaluators.map(({ name, together = false }) => ({ name, together }));
  const { every, parameters } = evaluate ?? {};
  await requireSameOptions(collective, 'option evaluate', { every, parameters, evaluators });
}

/** NaN and the infinities are numbers. */
function requireFigures(evaluator: string, figures: unknown): Readonly<Record<string, number>> {
  const named = typeof figures === 'object' && figures !== null && !Array.isArray(figures);
  const wrong = named && Object.entries(figures).find(([, figure]) => typeof figure !== 'number');
  if (named && !wrong) return figures as Readonly<Record<string, number>>;
  throw new TrainError('OPTION_INVALID', {
    where: `trainer, evaluator ${evaluator}${wrong ? `, figure ${wrong[0]}` : ''}`,
    expected: wrong ? 'a number' : 'numbers by name',
    received: showValue(wrong ? wrong[1] : figures),
  });
}
