import { type PatchTextEncoder, type TokenGrid, type TokenScores, textCue } from '@tgm/masking';
import { listOf, objectWith, oneOf, optional, optionTable } from '@tgm/options';
import { datasetOf, type VideoSample } from '@tgm/video-io';
import { TrainError } from '../errors.js';
import type { DecodedClip } from './decode-clips.js';
import { otherCaption, type ScoredCaptions, scoredCaptionsField } from './other-caption.js';

/** A decoded clip with its captions, their embeddings and how well each token matches each of them. */
export interface CaptionedClip extends DecodedClip {
  readonly captions: readonly CaptionScores[];
}

export interface CaptionScores {
  readonly caption: string;
  /** [E] L2-normalised, of `caption`. */
  readonly embedding: Float32Array;
  readonly tokenScores: TokenScores;
  /** What the tokens are scored against, where it is not `caption` but another sample's. */
  readonly scoredCaption?: string;
}

export interface ScoreOptions {
  readonly encoder: PatchTextEncoder;
  readonly clips: readonly DecodedClip[];
  readonly grid: TokenGrid;
  /**
   * Which frames of a tubelet are scored: the mean over `all`, or the `first` alone, which costs a tubelet's share.
   * Default `all`. The paper does not say.
   */
  readonly scoredFrames?: 'all' | 'first';
  /**
   * Default `own`. Under `shuffled` each caption's `tokenScores` are of a caption of another of the clips' samples; `caption`
   * and `embedding` stay, so that a contrastive loss still has the clip's own text. Which one it is, is a function of the ids
   * and captions.
   */
  readonly captions?: ScoredCaptions;
  readonly signal?: AbortSignal;
}

const OPTIONS = optionTable(
  'scoreClips',
  {
    encoder: objectWith<PatchTextEncoder>('an encoder of patches and text', ['encodePatches', 'encodeText']),
    clips: listOf(objectWith<DecodedClip>('a decoded clip', ['id', 'sample', 'frames', 'frameCount'])),
    grid: objectWith<TokenGrid>('a grid of tokens', ['slices', 'rows', 'columns']),
    scoredFrames: optional(oneOf(['all', 'first']), 'all'),
    captions: scoredCaptionsField(),
    signal: optional(objectWith<AbortSignal>('an AbortSignal', ['aborted'])),
  } satisfies Record<keyof ScoreOptions, unknown>,
  TrainError,
);

/** Frames that the encoder gets at once: enough to fill its batches. */
const FRAMES_PER_CALL = 128;

/**
 * Scores every clip against each of its captions once, so that the encoder has no part in the training step.
 * Yields the clips in order, several at a time.
 *
 * @throws TrainError `OPTION_INVALID`, and `TEXT_MISSING` for a clip without a caption, or without another sample's under
 *   `captions: 'shuffled'`.
 */
export async function* scoreClips(options: ScoreOptions): AsyncGenerator<readonly CaptionedClip[]> {
  const { encoder, clips, grid, scoredFrames, captions, signal } = OPTIONS.check(options);
  const scoredCaption = captions === 'own' ? async () => undefined : shuffledCaptions(clips);
  let next = 0;
  while (next < clips.length && !signal?.aborted) {
    const group: DecodedClip[] = [];
    let count = 0;
    while (
      next < clips.length &&
      (count === 0 || count + frameCountOf(clips[next]!, grid, scoredFrames) <= FRAMES_PER_CALL)
    ) {
      const clip = clips[next++]!;
      if (clip.sample.captions.length === 0) {
        throw new TrainError('TEXT_MISSING', {
          where: `scoreClips, clip "${clip.id}"`,
          expected: 'a caption to score it against',
          received: 'none',
        });
      }
      requireSize(clip, clips[0]!, grid);
      group.push(clip);
      count += frameCountOf(clip, grid, scoredFrames);
    }
    const scored = await Promise.all(group.map(({ sample }) => captionsOf(sample, scoredCaption)));
    yield await scoreGroup(encoder, group, scored, grid, scoredFrames);
  }
}

type ScoredText = Pick<CaptionScores, 'caption' | 'scoredCaption'>;
type Choose = (sample: VideoSample, caption: string) => Promise<string | undefined>;

/** The captions of a sample, each with the one that the tokens are scored against. */
const captionsOf = (sample: VideoSample, choose: Choose): Promise<ScoredText[]> =>
  Promise.all(
    sample.captions.map(async (caption) => {
      const scoredCaption = await choose(sample, caption);
      return { caption, ...(scoredCaption !== undefined && { scoredCaption }) };
    }),
  );

/** Draws captions among the samples that the clips are of. */
function shuffledCaptions(clips: readonly DecodedClip[]): Choose {
  const samples = [...new Map(clips.map(({ sample }) => [sample.id, sample])).values()];
  const dataset = datasetOf('the samples of the clips', samples);
  return (sample, caption) => otherCaption(dataset, sample, caption, 'scoreClips');
}

/** All clips are scored in one size, and each slice of the grid has as many frames as another. */
function requireSize(clip: DecodedClip, first: DecodedClip, { slices }: TokenGrid): void {
  const { id, height, width, frameCount } = clip;
  if (height === first.height && width === first.width && frameCount % slices === 0) return;
  throw new TrainError('EXAMPLE_INVALID', {
    where: `scoreClips, clip "${id}"`,
    expected: `${first.width} x ${first.height} pixels, as the first clip has, and a multiple of ${slices} frames`,
    received: `${width} x ${height} and ${frameCount} frames`,
  });
}

const frameCountOf = (clip: DecodedClip, grid: TokenGrid, scoredFrames: 'all' | 'first'): number =>
  scoredFrames === 'all' ? clip.frameCount : grid.slices;

async function scoreGroup(
  encoder: PatchTextEncoder,
  clips: readonly DecodedClip[],
  texts: readonly (readonly ScoredText[])[],
  grid: TokenGrid,
  scoredFrames: 'all' | 'first',
): Promise<CaptionedClip[]> {
  const { height, width } = clips[0]!;
  const frameSize = height * width * 3;
  const counts = clips.map((clip) => frameCountOf(clip, grid, scoredFrames));
  const pixels = new Uint8Array(counts.reduce((sum, count) => sum + count, 0) * frameSize);
  let filled = 0;
  clips.forEach((clip, index) => {
    const step = clip.frameCount / counts[index]!;
    for (let frame = 0; frame < clip.frameCount; frame += step) {
      pixels.set(clip.frames.subarray(frame * frameSize, (frame + 1) * frameSize), filled);
      filled += frameSize;
    }
  });
  const patches = await encoder.encodePatches({ frames: pixels, height, width });
  const all = texts.flat().flatMap(({ caption, scoredCaption }) => [caption, scoredCaption ?? caption]);
  const captions = [...new Set(all)];
  const { values, width: textWidth } = await encoder.encodeText(captions);
  const embeddings = new Map(
    captions.map((caption, row) => [caption, values.slice(row * textWidth, (row + 1) * textWidth)]),
  );
  const patchesPerFrame = patches.rows * patches.columns * patches.width;
  let first = 0;
  return clips.map((clip, index) => {
    const own = {
      ...patches,
      frameCount: counts[index]!,
      values: patches.values.subarray(first * patchesPerFrame, (first + counts[index]!) * patchesPerFrame),
    };
    first += counts[index]!;
    return {
      ...clip,
      captions: texts[index]!.map((text): CaptionScores => {
        const textEmbedding = embeddings.get(text.scoredCaption ?? text.caption)!;
        return {
          ...text,
          embedding: embeddings.get(text.caption)!,
          tokenScores: textCue({ patches: own, textEmbedding, grid }),
        };
      }),
    };
  });
}
