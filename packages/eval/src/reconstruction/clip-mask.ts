import { type Field, passing, showValue } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { checkCount } from '../features.js';
import { isArrayLike } from '../option-fields.js';

/** Token numbers of a clip; a mask of `@tgm/masking` is such. */
export interface ClipMask {
  readonly visible: ArrayLike<number>;
  readonly masked: ArrayLike<number>;
}

/** A mask as an option; `checkMasks` looks at its numbers. */
export const clipMask = (): Field<ClipMask> =>
  passing(
    'a mask { visible, masked }',
    (value): value is ClipMask =>
      isArrayLike((value as Partial<ClipMask> | null)?.visible) &&
      isArrayLike((value as Partial<ClipMask>).masked),
  );

/**
 * One mask for each clip, all of one size.
 *
 * @param tokens of a clip.
 * @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH`, `TOO_FEW_EXAMPLES`.
 */
export function checkMasks(where: string, clips: number, masks: readonly ClipMask[], tokens: number): void {
  const refuse = (expected: string, received: string): never => {
    throw new EvaluationError('SHAPE_MISMATCH', { where: `${where}, option masks`, expected, received });
  };
  if (masks.length !== clips) refuse(`${clips}, one for each clip`, `${masks.length}`);
  const [first] = masks;
  checkCount(`${where}, hidden tokens`, first!.masked.length, 1);
  checkCount(`${where}, visible tokens`, first!.visible.length, 1);
  const odd = masks.find(
    ({ visible, masked }) =>
      visible.length !== first!.visible.length || masked.length !== first!.masked.length,
  );
  for (const [clip, mask] of masks.entries()) checkTokenNumbers(`${where}, mask ${clip}`, mask, tokens);
  if (!odd) return;
  const sizes = ({ visible, masked }: ClipMask) =>
    `${showValue(visible.length)} visible and ${showValue(masked.length)} masked tokens`;
  refuse(sizes(first!), sizes(odd));
}

/** A token that is both shown and hidden would be reconstructed by whoever sees it. */
function checkTokenNumbers(where: string, { visible, masked }: ClipMask, tokens: number): void {
  const seen = new Set<number>();
  for (const token of [...Array.from(visible), ...Array.from(masked)]) {
    if (Number.isInteger(token) && token >= 0 && token < tokens && !seen.has(token)) {
      seen.add(token);
      continue;
    }
    throw new EvaluationError('OPTION_INVALID', {
      where,
      expected: `numbers of tokens, from 0 to ${tokens - 1}, each in one list once`,
      received: showValue(token),
    });
  }
}
