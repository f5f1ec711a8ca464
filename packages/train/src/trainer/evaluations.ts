import * as tf from '@tensorflow/tfjs';
import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { MeasuredParameters } from './evaluator.js';
import type { EvaluatedEvent } from './events.js';
import type { Run } from './open-run.js';
import type { CheckedOptions } from './trainer-options.js';

/**
 * Measures a run's parameters, an event for each evaluator and each kind of parameters.
 *
 * @throws TrainError `OPTION_INVALID` for what is no numbers by name; and what an evaluator throws.
 */
export async function* evaluations(
  run: Run,
  { evaluators, parameters }: NonNullable<CheckedOptions['evaluate']>,
): AsyncGenerator<EvaluatedEvent, void, undefined> {
  const { params: current, average, buffers } = await run.tensors();
  const kinds: readonly MeasuredParameters[] = parameters === 'both' ? ['current', 'average'] : [parameters];
  try {
    for (const kind of kinds) {
      for (const evaluator of evaluators) {
        const made = await evaluator.evaluate(kind === 'average' ? average! : current);
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
