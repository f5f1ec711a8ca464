import type { TextCues, TokenGrid } from '@tgm/masking';
import { describer, flag, objectWith, oneOf, optional, optionTable, recorded } from '@tgm/options';
import type { LoadedClip, VideoSample } from '@tgm/video-io';
import { blamedOnSample } from '../data/example-fault.js';
import type { ClipCues } from '../data/video-examples.js';
import { TrainError } from '../errors.js';
import { clipScores } from './clip-scores.js';
import type { ScoreStore, StoredScores } from './open-scores.js';

export interface StoredTextCuesOptions {
  /** Of the samples and captions that the examples have. */
  readonly store: ScoreStore;
  /** The model's tokens. */
  readonly grid: TokenGrid;
  /** Which frames of a tubelet count: the mean over `all`, or the `first` alone. Default `all`. The paper does not say. */
  readonly scoredFrames?: 'all' | 'first';
  /**
   * CLIP says something of places, too: a blank picture has not one score everywhere, and a mirrored one not the mirrored scores. By
   * default this share of a score, as it is of the whole picture, is exchanged for that of the clip, so that masks are nearer to those
   * of scoring the clip itself. False leaves scores as they were found.
   */
  readonly correctPlaces?: boolean;
}

const OPTIONS = optionTable(
  'storedTextCues',
  {
    store: objectWith<ScoreStore>('a store of scores', ['read', 'describe']),
    grid: objectWith<TokenGrid>('a grid of tokens', ['slices', 'rows', 'columns']),
    scoredFrames: optional(oneOf(['all', 'first']), 'all'),
    correctPlaces: optional(flag(), true),
  } satisfies Record<keyof StoredTextCuesOptions, unknown>,
  TrainError,
);

/**
 * The cue `tokenScores` for `videoExamples`, from scores that were written before: `textCues` without an encoder in the training. Maps
 * of whole frames become those of a clip by its times, its crop and its mirror. They differ from what the encoder says of the crop
 * itself, for it then sees more of the picture, and in another size. Copies of what was scored are taken too: smaller or larger ones, and
 * sections that were cut out, as shards hold them.
 *
 * @throws TrainError `OPTION_INVALID`; `of` throws `TEXT_MISSING` for a sample without a caption, which counts as one that cannot be
 *   read; `SCORES_DIFFER` for a video of another shape or section than was scored; what `store.read` throws.
 */
export function storedTextCues(options: StoredTextCuesOptions): ClipCues<TextCues> {
  const checked = OPTIONS.check(options);
  const { store, grid } = checked;
  return {
    async of(clip, sample, caption) {
      const { id } = sample;
      if (caption === undefined)
        throw blamedOnSample(
          new TrainError('TEXT_MISSING', {
            where: `storedTextCues, sample "${id}"`,
            expected: 'a caption to read its scores by',
            received: 'none',
          }),
        );
      const stored = await store.read(id, caption);
      const onClock = { ...clip, times: timesOnClock(clip, sample, stored) };
      requireFit(id, onClock, stored, grid);
      return { tokenScores: clipScores(stored, onClock, checked) };
    },
    describe: describer('storedTextCues', recorded(OPTIONS, checked)),
  };
}

/**
 * The times of a clip on the clock of the video that was scored. A copy of a section, or of a video whose first frame comes late, begins at
 * 0: shards hold such copies.
 */
function timesOnClock(
  { times, indices }: LoadedClip,
  sample: VideoSample,
  stored: StoredScores,
): Float64Array {
  const first = stored.times[0]!;
  const isSection = sample.start !== undefined || sample.end !== undefined;
  const last = times.length - 1;
  const frames = indices[last]! - indices[0]!;
  if (isSection || frames === 0) return times;
  const frameSeconds = (times[last]! - times[0]!) / frames;
  const origin = times[0]! - indices[0]! * frameSeconds;
  // Frames need not be even, so this is about where the video begins: at 0, or where the scores do.
  return Math.abs(origin - first) <= Math.abs(origin) ? times : times.map((time) => time + first);
}

/** How far the times of a video may be from those of its scores, in seconds: less than a frame. */
const ROUNDING = 5e-3;

/** Whether two pictures are one in two sizes: their long sides may be off by a pixel of the smaller one, since sides are whole and even. */
function haveOneShape(one: PictureSize, other: PictureSize): boolean {
  const [small, large] = one.height < other.height ? [one, other] : [other, one];
  return Math.abs(small.width / small.height - large.width / large.height) * small.height <= 1;
}

type PictureSize = StoredScores['size'];

/** @throws TrainError `SCORES_DIFFER`, `EXAMPLE_INVALID` */
function requireFit(
  id: string,
  clip: LoadedClip,
  { size, times }: StoredScores,
  { slices }: TokenGrid,
): void {
  const { source } = clip.geometry;
  const where = `storedTextCues, sample "${id}"`;
  const differ = (expected: string, received: string) =>
    new TrainError('SCORES_DIFFER', { where, expected, received });
  if (!haveOneShape(source, size))
    throw differ(
      `a video of the shape of ${size.width} x ${size.height} pixels, as was scored`,
      `${source.width} x ${source.height}`,
    );
  const [first, last] = [Math.min(...clip.times), Math.max(...clip.times)];
  if (first < times[0]! - ROUNDING || last > times.at(-1)! + ROUNDING)
    throw differ(
      `frames between ${times[0]} s and ${times.at(-1)} s, the section that was scored`,
      `${first} s to ${last} s`,
    );
  if (clip.times.length % slices === 0) return;
  throw new TrainError('EXAMPLE_INVALID', {
    where,
    expected: `a multiple of ${slices} frames`,
    received: `${clip.times.length} frames`,
  });
}
