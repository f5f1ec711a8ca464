import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { objectWith, optionTable } from '@tgm/options';
import { singleProcess } from './collective/single-process.js';
import { TrainError } from './errors.js';
import { FINETUNE_FIELDS, type FinetuneOptions, finetune } from './finetune.js';
import type { Evaluator } from './trainer/evaluator.js';
import type { EndEvent } from './trainer/events.js';

/** A fine-tuning in this process, but for what it begins with. */
export interface FinetuneEvaluatorOptions
  extends Omit<FinetuneOptions, 'pretrained' | 'checkpoint' | 'evaluate' | 'collective'> {
  /** Measures the classifier when it has been fine-tuned, such as `multiViewTest` of `@tgm/eval` with the same `model`. */
  readonly test: Evaluator;
}

const {
  pretrained: _pretrained,
  checkpoint: _checkpoint,
  evaluate: _evaluate,
  collective: _collective,
  ...FIELDS
} = FINETUNE_FIELDS;

const OPTIONS = optionTable(
  'finetuneEvaluator',
  { ...FIELDS, test: objectWith<Evaluator>('an evaluator', ['name', 'evaluate']) } satisfies Record<
    keyof FinetuneEvaluatorOptions,
    unknown
  >,
  TrainError,
);

/**
 * Fine-tuning as an evaluator of pre-trained parameters: each evaluation is a whole `finetune` that begins with them, from the same
 * seed, and tells what `test` finds behind its last step. With `average` that is of the averaged parameters. Of several processes that
 * train together rank 0 alone does it.
 *
 * @throws TrainError `OPTION_INVALID`; `evaluate` rejects with what `finetune` and `test` throw, and with the reason of `signal` where
 *   that ends the fine-tuning.
 */
export function finetuneEvaluator(options: FinetuneEvaluatorOptions): Evaluator {
  OPTIONS.check(options);
  const { test, ...run } = options;
  return {
    name: 'finetune',
    async evaluate(params: Params) {
      const end = await lastOf(finetune({ ...run, collective: singleProcess(), pretrained: params }));
      try {
        if (end.reason === 'stopped') throw run.signal!.reason;
        return await test.evaluate(end.average ?? end.params);
      } finally {
        tf.dispose([end.params, end.buffers, end.average ?? {}] as unknown as tf.TensorContainer);
      }
    },
  };
}

async function lastOf(events: ReturnType<typeof finetune>): Promise<EndEvent> {
  for await (const event of events) if (event.type === 'end') return event;
  throw new Error('A training ends with an end event.');
}
