import { optional, optionTable } from '@tgm/options';
import { EvaluationError } from './errors.js';
import {
  checkCount,
  checkFeatures,
  checkSameWidth,
  dotWithAll,
  type Features,
  type Labels,
  normaliseRows,
} from './features.js';
import { features, labels } from './option-fields.js';
import { checkList, figuresOf, type Outcome } from './outcome.js';
import { checkGroups, type Groups, groups, groupsOf, rowsByGroup } from './retrieval-groups.js';
import { chanceAmongFirst } from './ties.js';

export interface RetrievalOptions {
  /** [Q, E] */
  readonly queries: Features;
  /** [G, E] */
  readonly gallery: Features;
  /** [Q] groups of each query. An item of the gallery is right for a query that it shares a group with. */
  readonly queryGroups: Groups;
  /** [G] groups of each item of the gallery. */
  readonly galleryGroups: Groups;
  /** [Q] queries that belong together have one number, such as the captions of one video; `outcome` keeps it for intervals. */
  readonly queryClusters?: Labels;
}

/** Percentages of queries that have a right item among the first 1, 5 and 10. */
export interface Recall {
  readonly at1: number;
  readonly at5: number;
  readonly at10: number;
}

export interface RetrievalResult {
  readonly recall: Recall;
  /** Median over queries of the place of the first right item, 1 the best. */
  readonly medianRank: number;
  readonly meanRank: number;
  /** The recall that a random order of the gallery gives in the mean; above k / G where a query has several right items. */
  readonly chance: Recall;
  /** [Q] place of the first right item; where it ties with others, the mean place over all orders of the tied. */
  readonly ranks: Float64Array;
  /** `R@1`, `R@5`, `R@10`, `medianRank` and `meanRank`, query by query. */
  readonly outcome: Outcome;
}

const OPTIONS = optionTable(
  'retrieval',
  {
    queries: features(),
    gallery: features(),
    queryGroups: groups(),
    galleryGroups: groups(),
    queryClusters: optional(labels()),
  } satisfies Record<keyof RetrievalOptions, unknown>,
  EvaluationError,
);

/**
 * Ranks the gallery for each query by cosine similarity.
 *
 * Several right items: all items that share a group with the query are right, and the first of them counts. Give
 * captions that say the same one group, be they equal or other words for it; else a model is punished for what no model
 * can know. A video that has several captions belongs to the groups of all of them.
 *
 * Ties: items with equal similarity count as the mean over all their orders. A model that gives every video the same
 * vector therefore has the recall of `chance`.
 *
 * @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`, and `TOO_FEW_EXAMPLES` when a side is empty
 *   or a query has no right item at all.
 */
export function retrieval(options: RetrievalOptions): RetrievalResult {
  const { queryGroups, galleryGroups, queryClusters, ...given } = OPTIONS.check(options);
  checkSide('retrieval queries', given.queries, queryGroups);
  checkSide('retrieval gallery', given.gallery, galleryGroups);
  checkSameWidth('retrieval gallery', given.queries, given.gallery);
  if (queryClusters) {
    const where = 'retrieval, option queryClusters';
    checkList(where, queryClusters, given.queries.count, 'a finite number', Number.isFinite);
  }
  const queries = normaliseRows(given.queries);
  const gallery = normaliseRows(given.gallery);

  const members = rowsByGroup(galleryGroups);
  const similarity = new Float64Array(gallery.count);
  const places: Place[] = [];
  for (let q = 0; q < queries.count; q++) {
    const own = groupsOf(queryGroups, q);
    const right = new Set(own.flatMap((group) => members.get(group) ?? []));
    if (right.size === 0) {
      throw new EvaluationError('TOO_FEW_EXAMPLES', {
        where: `retrieval gallery, ${own.length > 0 ? `group ${own.join(', ')}` : 'no group'} of query ${q}`,
        expected: 'an item of the same group',
        received: 'none',
      });
    }
    dotWithAll(queries, q, gallery, similarity);
    places.push(placeOfFirst(right, similarity));
  }
  return {
    ...rankOutcome(places, queryClusters),
    chance: meanRecall(places, (k, { right }) => chanceAmongFirst(k, gallery.count, right)),
  };
}

/** Figures of where the first right item of each query stands. */
export function rankOutcome(places: readonly Place[], clusters?: Labels): Omit<RetrievalResult, 'chance'> {
  const hits = (k: number) =>
    Float64Array.from(
      places,
      ({ above, tied, rightTied }) => 100 * chanceAmongFirst(k - above, tied, rightTied),
    );
  const ranks = Float64Array.from(
    places,
    ({ above, tied, rightTied }) => above + (tied + 1) / (rightTied + 1),
  );
  const outcome = {
    count: places.length,
    figures: {
      'R@1': { values: hits(1), summary: 'mean' },
      'R@5': { values: hits(5), summary: 'mean' },
      'R@10': { values: hits(10), summary: 'mean' },
      medianRank: { values: ranks, summary: 'median' },
      meanRank: { values: ranks, summary: 'mean' },
    },
    ...(clusters && { clusters }),
  } satisfies Outcome;
  const { medianRank, meanRank, ...at } = figuresOf<keyof typeof outcome.figures>(outcome);
  return {
    recall: { at1: at['R@1'], at5: at['R@5'], at10: at['R@10'] },
    medianRank,
    meanRank,
    ranks,
    outcome,
  };
}

/** Where the best right item of a query stands. */
export interface Place {
  /** Right items in the gallery. */
  readonly right: number;
  /** Items more similar than the best right one. */
  readonly above: number;
  /** Items as similar as the best right one, itself included. */
  readonly tied: number;
  /** How many of the tied are right. */
  readonly rightTied: number;
}

function placeOfFirst(right: ReadonlySet<number>, similarity: Float64Array): Place {
  let best = Number.NEGATIVE_INFINITY;
  for (const item of right) best = Math.max(best, similarity[item]!);
  let above = 0;
  let tied = 0;
  let rightTied = 0;
  for (let item = 0; item < similarity.length; item++) {
    if (similarity[item]! > best) above++;
    if (similarity[item] !== best) continue;
    tied++;
    if (right.has(item)) rightTied++;
  }
  return { right: right.size, above, tied, rightTied };
}

/** Percentages over all queries of a chance for each to have a right item among the first k. */
function meanRecall(places: readonly Place[], chanceAt: (k: number, place: Place) => number): Recall {
  const at = (k: number) =>
    (100 * places.reduce((sum, place) => sum + chanceAt(k, place), 0)) / places.length;
  return { at1: at(1), at5: at(5), at10: at(10) };
}

function checkSide(where: string, side: Features, groups: Groups): void {
  checkFeatures(where, side);
  checkCount(where, side.count, 1);
  checkGroups(where, groups, side.count);
}
