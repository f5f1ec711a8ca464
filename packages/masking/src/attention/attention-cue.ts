import { objectWith, optional, optionTable, wholeNumber } from '@tgm/options';
import { checkFloats, checkNotNegative } from '../array-checks.js';
import { MaskingError } from '../errors.js';
import { mapsToTokens, type TubeletReduction, tubeletField } from '../maps-to-tokens.js';
import type { TokenGrid, TokenScores } from '../strategy.js';
import type { AttentionMaps } from './attention-maps.js';

export interface AttentionCueOptions {
  /** [T, rows, columns] of the clip's frames. */
  readonly maps: AttentionMaps;
  readonly grid: TokenGrid;
  /** Default `mean`. */
  readonly tubelet?: TubeletReduction;
}

const WHERE = 'attentionCue';

const table = optionTable(
  WHERE,
  {
    maps: objectWith<AttentionMaps>('attention maps', ['values', 'frameCount', 'rows', 'columns']),
    grid: objectWith<TokenGrid>('a token grid', ['slices', 'rows', 'columns']),
    tubelet: optional(tubeletField, 'mean'),
  } satisfies Record<keyof AttentionCueOptions, unknown>,
  MaskingError,
);

const side = wholeNumber({ from: 1 });

const mapSides = optionTable(`${WHERE}, maps`, { frameCount: side, rows: side, columns: side }, MaskingError);

/**
 * How much a teacher attends to each token: its maps, reduced over the frames of each tubelet, then brought to the token grid by
 * bilinear interpolation, as `textCue` does with similarities. T frames are shared out evenly among the slices.
 *
 * @throws MaskingError `OPTION_INVALID`, `GRID_INVALID` when T is no multiple of the slices, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`,
 *   `CUE_NOT_FINITE`, `CUE_NEGATIVE`.
 */
export function attentionCue(options: AttentionCueOptions): TokenScores {
  const { maps, grid, tubelet }: Required<AttentionCueOptions> = table.check(options);
  const { values, frameCount, rows, columns } = maps;
  mapSides.check({ frameCount, rows, columns });
  checkFloats(values, frameCount * rows * columns, `${WHERE}, maps`);
  checkNotNegative(values, `${WHERE}, maps`);
  return mapsToTokens({ values, frameCount, rows, columns }, grid, tubelet, WHERE);
}
