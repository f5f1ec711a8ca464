import { optionTable } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { checkFeatures, checkSameWidth, dotWithAll, type Features, normaliseRows } from '../features.js';
import { features } from '../option-fields.js';
import { figuresOf, type Outcome } from '../outcome.js';
import { requireEven } from './pair-accuracy.js';

export interface CaptionPairsOptions {
  /** [2 pairs, E]; rows 2i and 2i + 1 are a pair. */
  readonly videos: Features;
  /** [2 pairs, E] the caption of each video, in the same space. */
  readonly captions: Features;
}

/** Percentages of the pairs. */
export interface CaptionPairsResult {
  /** Each video is nearer to its own caption than to the other's. */
  readonly text: number;
  /** Each caption is nearer to its own video than to the other. */
  readonly video: number;
  /** Both of these. */
  readonly group: number;
  /** What random similarities reach. Equal similarities are wrong: who cannot tell the videos of a pair apart has 0. */
  readonly chance: { readonly text: number; readonly video: number; readonly group: number };
  /** Its examples are the pairs. */
  readonly outcome: Outcome;
}

/** Of the 24 orders of four similarities 6, 6 and 4 are right. */
const CHANCE = { text: 100 / 4, video: 100 / 4, group: 100 / 6 };

export const CAPTION_PAIR_FIELDS = {
  captions: features(),
} satisfies Record<keyof Omit<CaptionPairsOptions, 'videos'>, unknown>;

const OPTIONS = optionTable(
  'captionPairs',
  { videos: features(), ...CAPTION_PAIR_FIELDS } satisfies Record<keyof CaptionPairsOptions, unknown>,
  EvaluationError,
);

/**
 * Pairs of videos that differ in one thing alone, such as the order of their frames, and a caption of each: which of two captions
 * belongs to a video, and which of two videos to a caption (Winoground's text, image and group scores, arXiv 2204.03162). By cosine.
 *
 * @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`, `TOO_FEW_EXAMPLES` for an odd number of rows.
 */
export function captionPairs(options: CaptionPairsOptions): CaptionPairsResult {
  const { videos, captions } = OPTIONS.check(options);
  checkFeatures('captionPairs videos', videos);
  checkPairCaptions('captionPairs', videos.count, captions);
  checkSameWidth('captionPairs captions', videos, captions);
  const [queries, gallery] = [normaliseRows(videos), normaliseRows(captions)];
  const pairs = videos.count / 2;
  const right = {
    text: new Float64Array(pairs),
    video: new Float64Array(pairs),
    group: new Float64Array(pairs),
  };
  const products = new Float64Array(2);
  for (let pair = 0; pair < pairs; pair++) {
    const texts = rowsFrom(gallery, 2 * pair);
    /** [video][caption] */
    const similarities = [0, 1].map((video) => {
      dotWithAll(queries, 2 * pair + video, texts, products);
      return [...products];
    }) as [[number, number], [number, number]];
    const [[a, b], [c, d]] = similarities;
    const text = a > b && d > c;
    const video = a > c && d > b;
    right.text[pair] = text ? 100 : 0;
    right.video[pair] = video ? 100 : 0;
    right.group[pair] = text && video ? 100 : 0;
  }
  const outcome = {
    count: pairs,
    figures: {
      text: { values: right.text, summary: 'mean' },
      video: { values: right.video, summary: 'mean' },
      group: { values: right.group, summary: 'mean' },
    },
  } satisfies Outcome;
  return { ...figuresOf<keyof typeof outcome.figures>(outcome), chance: CHANCE, outcome };
}

/**
 * That videos come in pairs, each with a caption.
 * @throws EvaluationError `TOO_FEW_EXAMPLES`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`.
 */
export function checkPairCaptions(where: string, videos: number, captions: Features): void {
  checkFeatures(`${where} captions`, captions);
  requireEven(`${where} videos`, videos);
  if (captions.count === videos) return;
  throw new EvaluationError('SHAPE_MISMATCH', {
    where: `${where} captions`,
    expected: `${videos}, one for each video`,
    received: `${captions.count}`,
  });
}

/** The rows of a pair. */
const rowsFrom = ({ values, width }: Features, from: number): Features => ({
  values: values.subarray(from * width, (from + 2) * width),
  count: 2,
  width,
});
