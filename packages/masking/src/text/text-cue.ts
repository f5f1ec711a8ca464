import { objectWith, optional, optionTable, wholeNumber } from '@tgm/options';
import { checkFinite, checkFloats, floatsField } from '../array-checks.js';
import { MaskingError } from '../errors.js';
import { mapsToTokens, type TubeletReduction, tubeletField } from '../maps-to-tokens.js';
import type { TokenGrid, TokenScores } from '../strategy.js';
import type { PatchEmbeddings } from './patch-text.js';

export interface TextCueOptions {
  /** [T, rows, columns, width] of the clip's frames. */
  readonly patches: PatchEmbeddings;
  /** [width] embedding of the caption. */
  readonly textEmbedding: Float32Array;
  readonly grid: TokenGrid;
  /** Default `mean`. The paper does not say. */
  readonly tubelet?: TubeletReduction;
}

const embedded = {
  patches: objectWith<PatchEmbeddings>('patch embeddings', [
    'values',
    'frameCount',
    'rows',
    'columns',
    'width',
  ]),
  textEmbedding: floatsField,
};

const table = optionTable(
  'textCue',
  {
    ...embedded,
    grid: objectWith<TokenGrid>('a token grid', ['slices', 'rows', 'columns']),
    tubelet: optional(tubeletField, 'mean'),
  } satisfies Record<keyof TextCueOptions, unknown>,
  MaskingError,
);

const mapsTable = optionTable('similarityMaps', embedded, MaskingError);

const side = wholeNumber({ from: 1 });

const patchSides = optionTable(
  'similarityMaps, patches',
  { frameCount: side, rows: side, columns: side, width: side },
  MaskingError,
);

/**
 * How well each token matches the caption, in [-1, 1]: the cosine similarity of every patch with the text, reduced over
 * the frames of each tubelet, then brought to the token grid by bilinear interpolation of the similarity map. T frames
 * are shared out evenly among the slices.
 *
 * @throws MaskingError `OPTION_INVALID`, `GRID_INVALID` when T is no multiple of the slices, `CUE_WRONG_KIND`,
 *   `CUE_WRONG_SIZE`, `CUE_NOT_FINITE` (also for a zero vector, which has no direction).
 */
export function textCue(options: TextCueOptions): TokenScores {
  const { patches, textEmbedding, grid, tubelet }: Required<TextCueOptions> = table.check(options);
  const { frameCount, rows, columns } = patches;
  const values = similarityMaps(patches, textEmbedding);
  return mapsToTokens({ values, frameCount, rows, columns }, grid, tubelet, 'textCue');
}

/**
 * [T, rows, columns] cosine similarity of each patch with the text, in [-1, 1].
 *
 * @throws MaskingError `OPTION_INVALID`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function similarityMaps(patches: PatchEmbeddings, textEmbedding: Float32Array): Float32Array {
  mapsTable.check({ patches, textEmbedding });
  const { values, frameCount, rows, columns, width } = patches;
  patchSides.check({ frameCount, rows, columns, width });
  checkFloats(values, frameCount * rows * columns * width, 'similarityMaps, patches');
  checkFloats(textEmbedding, width, 'similarityMaps, textEmbedding');
  const textLength = Math.sqrt(dot(textEmbedding, textEmbedding));
  const similarities = new Float32Array(frameCount * rows * columns);
  for (let patch = 0; patch < similarities.length; patch += 1) {
    const vector = values.subarray(patch * width, (patch + 1) * width);
    similarities[patch] = dot(vector, textEmbedding) / (Math.sqrt(dot(vector, vector)) * textLength);
  }
  checkFinite(similarities, 'similarityMaps');
  return similarities;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += a[index]! * b[index]!;
  return sum;
}
