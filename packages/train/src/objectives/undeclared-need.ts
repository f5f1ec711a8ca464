import type { Loss, LossInputs, LossNeeds } from '@tgm/losses';
import { TgmError } from '@tgm/options';
import { TrainError } from '../errors.js';

type Optional = Exclude<keyof LossInputs, 'views' | 'sampleKey'>;

/** The need that brings each input. */
const NEEDS = {
  prediction: 'reconstruction',
  decoded: 'decoded',
  pixels: 'reconstruction',
  features: 'features',
  visibleFeatures: 'visibleFeatures',
  choice: 'choice',
  textEmbedding: 'text',
  captionKey: 'text',
  captionTokens: 'captionTokens',
} as const satisfies Record<Optional, keyof LossNeeds>;

/**
 * What `read` gives. A loss that reads what its needs do not name finds `undefined`, and fails in words of TensorFlow.js or of the
 * engine. Those do not say why.
 *
 * @throws TrainError `OPTION_INVALID` for such a failure; any other as it is.
 */
export function readByLoss<Read>(
  { name, needs }: Loss,
  inputs: LossInputs,
  read: (inputs: LossInputs) => Read,
): Read {
  const missed = new Set<string>();
  try {
    return read(watched(inputs, missed));
  } catch (error) {
    const ofNothing = error instanceof Error && /\b(undefined|null)\b/.test(error.message);
    if (error instanceof TgmError || !ofNothing || missed.size === 0) throw error;
    throw new TrainError('OPTION_INVALID', {
      where: `loss "${name}", needs`,
      expected: `all that the loss reads, ${[...missed].join(', ')} too`,
      received: `views ${needs.views.join(', ') || 'none'} and a failure: ${error.message}`,
      cause: error,
    });
  }
}

/** The inputs, which put down what is read of them and is not there. */
function watched(inputs: LossInputs, missed: Set<string>): LossInputs {
  const watch = <T extends object>(target: T, needOf: (name: string) => string | undefined): T =>
    new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name);
        const need = value === undefined && typeof name === 'string' ? needOf(name) : undefined;
        if (need !== undefined) missed.add(need);
        return value;
      },
    });
  const views = watch(inputs.views, (view) => `views.${view} (needs.views)`);
  return watch({ ...inputs, views }, (name) =>
    Object.hasOwn(NEEDS, name) ? `${name} (needs.${NEEDS[name as Optional]})` : undefined,
  );
}
