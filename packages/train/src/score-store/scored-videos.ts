import {
  type ClipFrames,
  type Embeddings,
  type PatchEmbeddings,
  type PicturePlan,
  type PictureTextEncoder,
  similarityMaps,
} from '@tgm/masking';
import {
  framesOfSection,
  sampleAt,
  type VideoDataset,
  type VideoLimits,
  type VideoPool,
  type VideoSample,
} from '@tgm/video-io';
import { blamedOnSample } from '../data/example-fault.js';
import type { ExampleSource } from '../data/examples.js';
import { TrainError } from '../errors.js';
import { captionDigest } from './caption-digest.js';
import { colourCounts } from './median-colour.js';
import type { StoredVideo } from './score-folder.js';
import { type ScoredFrames, scoredFrames } from './scored-frames.js';

/** The scores of a video. */
export interface VideoScores extends StoredVideo {
  /** [F] seconds on the video's clock. */
  readonly times: Float64Array;
  /** [F, rows, columns] cosine similarity of each cell with each caption, in their order. */
  readonly maps: readonly Float32Array[];
  /** The same of a picture without content, in the grid of the video and in that of a square picture. */
  readonly blank: readonly BlankMaps[];
}

/** What an encoder says of places alone: of a picture that has the video's median colour everywhere. */
export interface BlankMaps {
  /** [rows, columns], as the video's maps. */
  readonly picture: Float32Array;
  /** [side, side], as the maps of a square clip. */
  readonly square: Float32Array;
}

export interface ScoredVideosOptions {
  readonly dataset: VideoDataset;
  readonly pool: VideoPool;
  readonly encoder: PictureTextEncoder;
  readonly frames: ScoredFrames;
  readonly detail: number;
  readonly limits?: Partial<VideoLimits> | undefined;
  /** Ends the work on a video that nobody waits for any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Frames that are decoded and embedded at a time: an hour of video does not lie in memory. */
const FRAMES_A_PIECE = 64;

/** Videos with their scores as the cue `scored`, and no pixels. */
export function scoredVideos(options: ScoredVideosOptions): ExampleSource<{ scored: VideoScores }> {
  const { dataset, pool } = options;
  return {
    length: dataset.length,
    parallel: pool.workers,
    id: async (index) => (await sampleAt(dataset, index)).id,
    describe: () => ({ is: 'scoredVideos' }),
    async load(index) {
      const sample = await sampleAt(dataset, index);
      return [
        { id: sample.id, frames: new Uint8Array(0), cues: { scored: await scoresOf(options, sample) } },
      ];
    },
  };
}

/** The different captions of a sample, by their digests. */
export const captionsOf = ({ captions }: Pick<VideoSample, 'captions'>): ReadonlyMap<string, string> =>
  new Map(captions.map((caption) => [captionDigest(caption), caption]));

async function scoresOf(options: ScoredVideosOptions, sample: VideoSample): Promise<VideoScores> {
  const { pool, encoder, frames: policy, detail, limits, signal } = options;
  const { id, source, start, end } = sample;
  const captions = captionsOf(sample);
  if (captions.size === 0)
    throw blamedOnSample(
      new TrainError('TEXT_MISSING', {
        where: `writeScores, sample "${id}"`,
        expected: 'a caption to score it against',
        received: 'none',
      }),
    );
  const timeline = await pool.timeline(source, { ...(limits && { limits }) });
  const section = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
  const chosen = scoredFrames(policy, timeline.times, framesOfSection(timeline, section, source));
  const { width, height } = timeline.info;
  const plan = encoder.pictureSize({ width, height }, detail);
  const { rows, columns } = plan;
  const cells = rows * columns;
  const size = { width: plan.width, height: plan.height };
  const texts = await encoder.encodeText([...captions.values()]);
  const colours = colourCounts();
  const maps = Array.from({ length: texts.count }, () => new Float32Array(chosen.length * cells));
  for (let from = 0; from < chosen.length; from += FRAMES_A_PIECE) {
    signal?.throwIfAborted();
    const indices = chosen.slice(from, from + FRAMES_A_PIECE);
    const crop = { x: 0, y: 0, width, height };
    const clip = await pool.decode(source, { indices, crop, size, ...(limits && { limits }) });
    colours.add(clip.frames);
    const patches = await encoder.encodePatches({ frames: clip.frames, ...size });
    requireGrid(sample, plan, patches);
    for (const [text, map] of maps.entries())
      map.set(similarityMaps(patches, embeddingOf(texts, text)), from * cells);
  }
  const square = encoder.pictureSize({ width: 1, height: 1 });
  const [ofPicture, ofSquare] = [
    await encoder.encodePatches(blankPicture(plan, colours.median())),
    await encoder.encodePatches(blankPicture(square, colours.median())),
  ];
  const blank = maps.map((_, text): BlankMaps => {
    const embedding = embeddingOf(texts, text);
    return { picture: similarityMaps(ofPicture, embedding), square: similarityMaps(ofSquare, embedding) };
  });
  return {
    ...{
      id,
      captions: [...captions.keys()],
      frames: chosen.length,
      rows,
      columns,
      side: square.rows,
      width,
      height,
    },
    times: Float64Array.from(chosen, (frame) => timeline.times[frame]!),
    maps,
    blank,
  };
}

const embeddingOf = ({ values, width }: Embeddings, text: number): Float32Array =>
  values.subarray(text * width, (text + 1) * width);

function blankPicture(
  { height, width }: PicturePlan,
  [red, green, blue]: readonly [number, number, number],
): ClipFrames {
  const frames = new Uint8Array(height * width * 3);
  for (let at = 0; at < frames.length; at += 3) {
    frames[at] = red;
    frames[at + 1] = green;
    frames[at + 2] = blue;
  }
  return { frames, height, width };
}

/** @throws TrainError `CONTRACT_BROKEN` */
function requireGrid({ id }: VideoSample, plan: PicturePlan, { rows, columns }: PatchEmbeddings): void {
  if (rows === plan.rows && columns === plan.columns) return;
  throw new TrainError('CONTRACT_BROKEN', {
    where: `writeScores, option encoder, sample "${id}"`,
    expected: `${plan.rows} x ${plan.columns} patches, as its pictureSize says`,
    received: `${rows} x ${columns}`,
  });
}
