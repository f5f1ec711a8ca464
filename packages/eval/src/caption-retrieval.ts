import { oneOf, optional, optionTable } from '@tgm/options';
import { EvaluationError } from './errors.js';
import {
  checkCount,
  checkFeatures,
  checkLabels,
  checkSameWidth,
  dotWithAll,
  type Features,
  type Labels,
  normaliseRows,
} from './features.js';
import { features, labels } from './option-fields.js';
import { type RetrievalResult, rankOutcome, retrieval } from './retrieval.js';
import { chanceAmongFirst } from './ties.js';

export interface CaptionRetrievalOptions {
  /** [V, E] */
  readonly videos: Features;
  /** [C, E], at least one for each video. */
  readonly captions: Features;
  /** [C] the video that each caption was written for, 0 ... V - 1. One caption a video, in their order, when absent. */
  readonly captionVideos?: Labels;
  /**
   * What a video is compared with on the way to texts. `best` by default: the most similar caption of each video stands for it,
   * so that V things are ranked (CLIP4Clip). `any`: all captions are ranked, and the first of the video's own counts.
   */
  readonly videoToText?: 'best' | 'any';
}

/** Both directions, in per cent and places. */
export interface CaptionRetrievalResult {
  /** A query for each caption; the one right item is its video. */
  readonly textToVideo: RetrievalResult;
  /** A query for each video. */
  readonly videoToText: RetrievalResult;
}

export const CAPTION_FIELDS = {
  captions: features(),
  captionVideos: optional(labels()),
  videoToText: optional(oneOf(['best', 'any'] as const), 'best'),
} satisfies Record<keyof Omit<CaptionRetrievalOptions, 'videos'>, unknown>;

const OPTIONS = optionTable(
  'captionRetrieval',
  { videos: features(), ...CAPTION_FIELDS } satisfies Record<keyof CaptionRetrievalOptions, unknown>,
  EvaluationError,
);

/**
 * Text-video retrieval as CLIP4Clip measures it (arXiv 2104.08860), both ways, also where videos have several captions (MSVD, about
 * 40 each). Nothing but a video's own captions counts as right, even where another video has the same caption: so do the published
 * figures. `retrieval` with groups is the fairer one there. Ties count as the mean over all orders of the tied, where the published
 * code counts a tied item once for each place.
 *
 * Where captions are to be joined to a paragraph (DiDeMo, ActivityNet), join them before they are embedded.
 *
 * @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, and
 *   `TOO_FEW_EXAMPLES` without videos or where one has no caption.
 */
export function captionRetrieval(options: CaptionRetrievalOptions): CaptionRetrievalResult {
  const { videos, captions, captionVideos, videoToText } = OPTIONS.check(options);
  checkFeatures('captionRetrieval videos', videos);
  const own = captionVideosOf('captionRetrieval', videos.count, captions, captionVideos);
  checkSameWidth('captionRetrieval captions', videos, captions);
  const everyVideo = Int32Array.from({ length: videos.count }, (_, video) => video);
  return {
    textToVideo: retrieval({
      queries: captions,
      gallery: videos,
      queryGroups: own,
      galleryGroups: everyVideo,
      queryClusters: own,
    }),
    videoToText:
      videoToText === 'best'
        ? rankedByBest(videos, captions, own)
        : retrieval({ queries: videos, gallery: captions, queryGroups: everyVideo, galleryGroups: own }),
  };
}

/** Each video is ranked by the most similar of its captions. */
function rankedByBest(videos: Features, captions: Features, captionVideos: Labels): RetrievalResult {
  const [queries, gallery] = [normaliseRows(videos), normaliseRows(captions)];
  const { count } = videos;
  const similarity = new Float64Array(captions.count);
  const best = new Float64Array(count);
  const places = Array.from({ length: count }, (_, video) => {
    dotWithAll(queries, video, gallery, similarity);
    best.fill(Number.NEGATIVE_INFINITY);
    for (const [caption, value] of similarity.entries()) {
      const of = captionVideos[caption]!;
      best[of] = Math.max(best[of]!, value);
    }
    const own = best[video]!;
    const above = best.reduce((sum, value) => sum + (value > own ? 1 : 0), 0);
    const tied = best.reduce((sum, value) => sum + (value === own ? 1 : 0), 0);
    return { right: 1, above, tied, rightTied: 1 };
  });
  const chance = (k: number) => 100 * chanceAmongFirst(k, count, 1);
  return { ...rankOutcome(places), chance: { at1: chance(1), at5: chance(5), at10: chance(10) } };
}

/**
 * [C] the video of each caption, checked.
 * @throws EvaluationError as `captionRetrieval`, but for what the videos hold.
 */
export function captionVideosOf(
  where: string,
  videos: number,
  captions: Features,
  captionVideos: Labels | undefined,
): Labels {
  checkFeatures(`${where} captions`, captions);
  checkCount(`${where} videos`, videos, 1);
  if (captionVideos === undefined && captions.count !== videos) {
    throw new EvaluationError('LABELS_MISMATCH', {
      where: `${where} captions`,
      expected: `${videos}, one for each video, or captionVideos`,
      received: `${captions.count}`,
    });
  }
  const own = captionVideos ?? Int32Array.from({ length: videos }, (_, caption) => caption);
  checkLabels(`${where} captions`, captions.count, own, videos);
  const has = new Uint8Array(videos);
  for (let caption = 0; caption < own.length; caption++) has[own[caption]!] = 1;
  const without = has.indexOf(0);
  if (without < 0) return own;
  throw new EvaluationError('TOO_FEW_EXAMPLES', {
    where: `${where}, captions of video ${without}`,
    expected: 'at least 1',
    received: 'none',
  });
}
