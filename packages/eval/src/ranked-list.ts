import { optional, optionTable, wholeNumber } from '@tgm/options';
import { EvaluationError } from './errors.js';
import {
  checkCount,
  checkFeatures,
  checkSameWidth,
  dotWithAll,
  type Features,
  normaliseRows,
} from './features.js';
import { features } from './option-fields.js';

export interface RankedListOptions {
  /** [Q, E] such as the embeddings of texts. */
  readonly queries: Features;
  /** [G, E] such as those of videos. */
  readonly gallery: Features;
  /** Items of each list, from 1; 10 by default, or all where they are fewer. */
  readonly length?: number;
}

/** An item of the gallery and how similar it is to a query. */
export interface RankedItem {
  /** Row of the gallery. */
  readonly item: number;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

const OPTIONS = optionTable(
  'rankedList',
  {
    queries: features(),
    gallery: features(),
    length: optional(wholeNumber({ from: 1 }), 10),
  } satisfies Record<keyof RankedListOptions, unknown>,
  EvaluationError,
);

/**
 * The items of the gallery that are most similar to each query, the first the most; of equals the lowest row. It answers a
 * search; `retrieval` measures how good the answers are.
 *
 * @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`, `TOO_FEW_EXAMPLES` when a side is empty.
 */
export function rankedList(options: RankedListOptions): RankedItem[][] {
  const { queries, gallery, length } = OPTIONS.check(options);
  for (const [side, rows] of Object.entries({ queries, gallery })) {
    checkFeatures(`rankedList ${side}`, rows);
    checkCount(`rankedList ${side}`, rows.count, 1);
  }
  checkSameWidth('rankedList gallery', queries, gallery);
  const [from, to] = [normaliseRows(queries), normaliseRows(gallery)];
  const similarity = new Float64Array(gallery.count);
  return Array.from({ length: queries.count }, (_, query) => {
    dotWithAll(from, query, to, similarity);
    return Array.from(similarity, (value, item) => ({ item, similarity: value }))
      .sort((a, b) => b.similarity - a.similarity || a.item - b.item)
      .slice(0, length);
  });
}
