import type { PictureTextEncoder } from '@tgm/masking';
import { type ScoredFrames, scoreStoreSize } from '@tgm/train';
import {
  framesOfSection,
  sampleAt,
  type VideoDataset,
  VideoError,
  type VideoLimits,
  type VideoPool,
  type VideoSample,
} from '@tgm/video-io';

/** Videos that are looked at: of those of a set, which are much alike, they tell the size to some per cent. */
const LOOKED_AT = 32;

/** What a store is going to take, from some videos, spread evenly over the data set. */
export interface StoreEstimate {
  /** Videos that were looked at. */
  readonly videos: number;
  /** Of those, the ones with a caption. */
  readonly captioned: number;
  /** Bytes of the store of the whole data set. */
  readonly bytes: number;
  /** Frames of the whole data set that the encoder has to see. */
  readonly framesToScore: number;
}

export interface StoreEstimateSettings {
  readonly encoder: Pick<PictureTextEncoder, 'pictureSize'>;
  readonly pool: VideoPool;
  readonly frames: ScoredFrames;
  readonly detail: number;
  readonly limits?: Partial<VideoLimits> | undefined;
}

export async function storeEstimate(
  dataset: VideoDataset,
  settings: StoreEstimateSettings,
  signal?: AbortSignal,
): Promise<StoreEstimate> {
  const videos = Math.min(LOOKED_AT, dataset.length);
  let [captioned, bytes, framesToScore] = [0, 0, 0];
  for (let at = 0; at < videos; at++) {
    signal?.throwIfAborted();
    const sample = await sampleAt(dataset, Math.floor((at * dataset.length) / videos));
    if (sample.captions.length === 0) continue;
    captioned++;
    const size = await sizeOf(sample, settings);
    bytes += size?.bytes ?? 0;
    framesToScore += size?.framesToScore ?? 0;
  }
  const share = dataset.length / Math.max(1, videos);
  return {
    ...{ videos, captioned },
    bytes: Math.round(bytes * share),
    framesToScore: Math.round(framesToScore * share),
  };
}

/** Nothing of a video that cannot be read. */
async function sizeOf(sample: VideoSample, { encoder, pool, frames, detail, limits }: StoreEstimateSettings) {
  const { source, captions, start, end } = sample;
  const section = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
  try {
    const timeline = await pool.timeline(source, { ...(limits && { limits }) });
    const { width, height, fps } = timeline.info;
    const { count } = framesOfSection(timeline, section, source);
    const video = { width, height, fps, seconds: count / fps };
    return scoreStoreSize({ encoder, frames, detail, video, captions: new Set(captions).size });
  } catch (error) {
    if (error instanceof VideoError && error.fault === 'file') return undefined;
    throw error;
  }
}
