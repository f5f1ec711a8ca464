import { describer, optionTable, recorded } from '@tgm/options';
import { uniformIndex } from '@tgm/random';
import { checkRequest } from '../check-request.js';
import { MaskingError } from '../errors.js';
import type { MaskingStrategy } from '../strategy.js';
import { CELLS, cellRatioField, runningCellMask } from './running-cell-mask.js';

export interface RunningCellMaskingOptions {
  /** Share of each block of 2 x 2 that is masked: 0.25, 0.5 or 0.75, or what truncates to one of them. */
  readonly ratio: number;
}

const table = optionTable(
  'runningCellMasking',
  { ratio: cellRatioField } satisfies Record<keyof RunningCellMaskingOptions, unknown>,
  MaskingError,
);

/**
 * The running cell of VideoMAE V2 (L. Wang et al. 2023, section 3.1; read in code), which masks the decoder there: see
 * `runningCellMask`. Where the run begins is drawn for each clip, one of four phases; the paper's code has the same mask for all
 * clips. The sides of the grid have to be even.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID` (also for odd rows or columns).
 */
export function runningCellMasking(options: RunningCellMaskingOptions): MaskingStrategy {
  const checked: Required<RunningCellMaskingOptions> = table.check(options);
  const ratio = Math.trunc(CELLS * checked.ratio) / CELLS;
  return {
    name: 'running-cell',
    ratio,
    requires: [],
    describe: describer(table.where, recorded(table, checked)),
    mask(request) {
      checkRequest(request, 'runningCellMasking');
      return runningCellMask(request.grid, ratio, uniformIndex(CELLS, request.random));
    },
  };
}
