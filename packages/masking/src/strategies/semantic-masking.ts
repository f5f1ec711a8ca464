import { describer, number, optionTable, recorded } from '@tgm/options';
import { chooseIndices } from '@tgm/random';
import { checkRequest } from '../check-request.js';
import { checkPartCue, type PartCues } from '../cues.js';
import { MaskingError } from '../errors.js';
import { maskedCount, ratioField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { tokenMask, tokensPerSlice } from '../token-grid.js';

export interface SemanticMaskingOptions {
  /** Share of each slice that is masked, [0, 1). */
  readonly ratio: number;
  /** Passes over the data of the whole training, above 0: from the first to the last the mask goes from patches to whole parts. */
  readonly epochs: number;
}

const WHERE = 'semanticMasking';

const table = optionTable(
  WHERE,
  { ratio: ratioField, epochs: number({ above: 0 }) } satisfies Record<keyof SemanticMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Hides some of each part at the beginning of a training and whole parts at its end: SemMAE (G. Li et al. 2022, arXiv 2206.10207,
 * section 3.2; the quotas read in code). In each slice k = floor(rows * columns * ratio) tokens are hidden. A part of n tokens has the
 * quota
 *
 *     round(lambda * round(ratio * n) + (1 - lambda) * m),   lambda = 1 - (epoch / epochs)^2
 *
 * where m is what hiding whole parts, one after the other in a drawn order until k is reached, takes of it. Which tokens of a part
 * are hidden is drawn. `request.epoch` tells the epoch; behind the last one lambda stays 0. The lambda is the paper's; the released
 * code has (1 + cos(pi (epoch + 1) / epochs)) / 2 there.
 *
 * For clips (our reconstruction): the quotas are those of each slice, the order of the parts is drawn once for the clip, so that the
 * same parts are hidden in all slices. Where the rounded quotas do not sum to k, tokens drawn from all are hidden or shown besides.
 *
 * **The mask tells the parts**: a loss on the visible tokens can read them off their positions.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`, `CUE_MISSING`, `CUE_WRONG_KIND`,
 *   `CUE_WRONG_SIZE`.
 */
export function semanticMasking(options: SemanticMaskingOptions): MaskingStrategy<PartCues> {
  const checked: Required<SemanticMaskingOptions> = table.check(options);
  const { ratio, epochs } = checked;
  return {
    name: 'semantic',
    ratio,
    requires: ['parts'],
    describe: describer(WHERE, recorded(table, checked)),
    mask(request) {
      checkRequest(request, WHERE);
      const { grid, random, cues, epoch = 0 } = request;
      const parts = checkPartCue(cues, grid, WHERE);
      const perSlice = tokensPerSlice(grid);
      const count = maskedCount(perSlice, ratio);
      const lambda = 1 - Math.min(1, epoch / epochs) ** 2;
      const partCount = highest(parts) + 1;
      const order = chooseIndices(partCount, partCount, random);
      const masked = new Uint8Array(parts.length);
      for (let start = 0; start < masked.length; start += perSlice) {
        const ofSlice = parts.subarray(start, start + perSlice);
        const quotas = quotasOf(ofSlice, order, { count, ratio, lambda });
        const cells = chooseIndices(perSlice, perSlice, random);
        hideQuotas(ofSlice, quotas, cells, count, masked.subarray(start, start + perSlice));
      }
      return tokenMask(grid, masked);
    },
  };
}

function highest(parts: Uint8Array): number {
  let most = 0;
  for (let token = 0; token < parts.length; token += 1) if (parts[token]! > most) most = parts[token]!;
  return most;
}

/** How many tokens of each part are to be hidden, by its number. */
function quotasOf(
  parts: Uint8Array,
  order: Uint32Array,
  { count, ratio, lambda }: { count: number; ratio: number; lambda: number },
): Int32Array {
  const quotas = new Int32Array(order.length);
  for (let cell = 0; cell < parts.length; cell += 1) quotas[parts[cell]!]! += 1;
  let left = count;
  for (const part of order) {
    const size = quotas[part]!;
    const whole = Math.min(size, left);
    left -= whole;
    quotas[part] = Math.round(lambda * Math.round(ratio * size) + (1 - lambda) * whole);
  }
  return quotas;
}

/** Hides the quotas' tokens in the order of `cells`, then brings them to `count` in the same order. */
function hideQuotas(
  parts: Uint8Array,
  quotas: Int32Array,
  cells: Uint32Array,
  count: number,
  masked: Uint8Array,
): void {
  let missing = count;
  for (let at = 0; at < cells.length; at += 1) {
    const cell = cells[at]!;
    const part = parts[cell]!;
    const isHidden = Number(quotas[part]! > 0); // 1 or 0, without a branch that would go by chance
    quotas[part]! -= isHidden;
    masked[cell] = isHidden;
    missing -= isHidden;
  }
  const flag = missing > 0 ? 1 : 0;
  for (let at = 0; missing !== 0; at += 1) {
    const cell = cells[at]!;
    if (masked[cell] === flag) continue;
    masked[cell] = flag;
    missing += flag ? -1 : 1;
  }
}
