import { type PatchTextEncoder, type TokenGrid, type TokenScores, textCue } from '@tgm/masking';
import { listOf, objectWith, oneOf, optional, optionTable } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { DecodedClip } from './decode-clips.js';

/** A decoded clip with its captions, their embeddings and how well each token matches each of them. */
export interface CaptionedClip extends DecodedClip {
  readonly captions: readonly CaptionScores[];
}

export interface CaptionScores {
  readonly caption: string;
  /** [E] L2-normalised. */
  readonly embedding: Float32Array;
  readonly tokenScores: TokenScores;
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
  readonly signal?: AbortSignal;
}

const OPTIONS = optionTable(
  'scoreClips',
  {
    encoder: objectWith<PatchTextEncoder>('an encoder of patches and text', ['encodePatches', 'encodeText']),
    clips: listOf(objectWith<DecodedClip>('a decoded clip', ['id', 'sample', 'frames', 'frameCount'])),
    grid: objectWith<TokenGrid>('a grid of tokens', ['slices', 'rows', 'columns']),
    scoredFrames: optional(oneOf(['all', 'first']), 'all'),
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
 * @throws TrainError `OPTION_INVALID`, and `TEXT_MISSING` for a clip without a caption.
 */
export async function* scoreClips(options: ScoreOptions): AsyncGenerator<readonly CaptionedClip[]> {
  const { encoder, clips, grid, scoredFrames, signal } = OPTIONS.check(options);
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
    yield await scoreGroup(encoder, group, grid, scoredFrames);
  }
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
  const captions = [...new Set(clips.flatMap((clip) => clip.sample.captions))];
  const texts = await encoder.encodeText(captions);
  const embeddings = new Map(
    captions.map((caption, row) => [caption, texts.values.slice(row * texts.width, (row + 1) * texts.width)]),
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
      captions: clip.sample.captions.map((caption) => {
        const embedding = embeddings.get(caption)!;
        return { caption, embedding, tokenScores: textCue({ patches: own, textEmbedding: embedding, grid }) };
      }),
    };
  });
}
