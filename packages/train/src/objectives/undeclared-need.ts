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
export function readByLoss<Read>({ name, needs }: Loss, inputs: LossInputs, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (error instanceof TgmError || !(error instanceof Error) || !/\b(undefined|null)\b/.test(error.message))
      throw error;
    const absent = Object.entries(NEEDS).filter(([input]) => inputs[input as Optional] === undefined);
    const named = absent.map(([input, need]) => `${input} (needs.${need})`);
    throw new TrainError('OPTION_INVALID', {
      where: `loss "${name}", needs`,
      expected: `all that the loss reads; not named are ${named.join(', ')}, and views but ${needs.views.join(', ') || 'none'}`,
      received: `a failure with nothing in place of something: ${error.message}`,
      cause: error,
    });
  }
}
