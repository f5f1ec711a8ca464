import type { CaptionTokenNeeds } from '@tgm/losses';
import { chooseIndices, maskedCount } from '@tgm/masking';
import { showValue } from '@tgm/options';
import type { HostTensor } from '../checkpoint/saved-run.js';
import { TrainError } from '../errors.js';
import type { DrawnExample } from './examples.js';
import { captionOf } from './require-text.js';

/** What the draws of hidden tokens are named; no view's name, which is a word. */
const HIDDEN = 'caption tokens';

/** `CaptionTokens` on the host. */
export interface HostCaptionTokens {
  readonly ids: HostTensor;
  readonly used: HostTensor;
  readonly masked: HostTensor;
}

/**
 * [B, L] the tokens of the captions, and which of them are hidden: floor(ratio * tokens) of each caption, one at least, drawn anew
 * for each place of the run.
 *
 * @throws TrainError `TEXT_MISSING`; `EXAMPLE_INVALID` for tokens that are none of the vocabulary.
 */
export function captionTokenNumbers(
  { tokenizer, length, ratio }: CaptionTokenNeeds,
  drawn: readonly DrawnExample<object>[],
): HostCaptionTokens {
  const shape = [drawn.length, length];
  const size = drawn.length * length;
  const [ids, used, masked] = [new Int32Array(size), new Float32Array(size), new Float32Array(size)];
  for (const [row, { example, draws }] of drawn.entries()) {
    const tokens = tokensOf(tokenizer, captionOf(example), example.id).slice(0, length);
    const start = row * length;
    ids.set(tokens, start);
    used.fill(1, start, start + tokens.length);
    if (tokens.length === 0) continue;
    const hidden = ratio === 1 ? tokens.length : Math.max(1, maskedCount(tokens.length, ratio));
    for (const place of chooseIndices(hidden, tokens.length, draws(HIDDEN))) masked[start + place] = 1;
  }
  return { ids: { shape, data: ids }, used: { shape, data: used }, masked: { shape, data: masked } };
}

function tokensOf(tokenizer: CaptionTokenNeeds['tokenizer'], caption: string, id: string): readonly number[] {
  const { vocabulary } = tokenizer;
  const tokens = Array.from(tokenizer.encode(caption));
  const wrong = tokens.find((token) => !(Number.isInteger(token) && token >= 0 && token < vocabulary));
  if (wrong === undefined) return tokens;
  throw new TrainError('EXAMPLE_INVALID', {
    where: `Example "${id}", caption ${showValue(caption)}`,
    expected: `tokens that are whole numbers from 0 and below the vocabulary, ${vocabulary}`,
    received: showValue(wrong),
  });
}
