import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  datasetOf,
  encodeVideo,
  readManifest,
  sampleAt,
  type VideoDataset,
  type VideoPool,
  type VideoSample,
} from '@tgm/video-io';
import {
  FRAME_COUNT,
  FRAME_RATE,
  FRAME_SIZE,
  makeMovingShapes,
  manifestPath,
} from '../moving-shapes/index.js';
import type { TrustWork } from './part.js';

/** The shape of videos. */
export type Aspect = 'square' | '4:3';

const WIDE = { width: FRAME_SIZE, height: (3 * FRAME_SIZE) / 4 };

/** The test videos: as they are, and their middle as videos of 4:3. Made where they are missing. */
export async function storeVideos(
  { data, seed, clips, workers, signal }: TrustWork,
  pool: VideoPool,
): Promise<Readonly<Record<Aspect, VideoDataset>>> {
  const folder = join(data, `moving-shapes-trust-${seed}`);
  await makeMovingShapes({ folder, train: 0, test: clips, seed, workers, signal });
  const square = await readManifest(manifestPath(folder, 'test'));
  await mkdir(join(folder, 'wide'), { recursive: true });
  const samples = await Promise.all(Array.from({ length: square.length }, (_, at) => sampleAt(square, at)));
  const wide: VideoSample[] = [];
  for (const [at, sample] of samples.entries()) {
    signal.throwIfAborted();
    const source = join(folder, 'wide', `${String(at).padStart(5, '0')}.mp4`);
    if (!existsSync(source)) await encodeMiddle(pool, sample, source);
    wide.push({ ...sample, source });
  }
  return { square, '4:3': datasetOf('the middle of Moving Shapes', wide) };
}

async function encodeMiddle(pool: VideoPool, sample: VideoSample, path: string): Promise<void> {
  const crop = { ...WIDE, x: 0, y: (FRAME_SIZE - WIDE.height) / 2 };
  const indices = Array.from({ length: FRAME_COUNT }, (_, frame) => frame);
  const { frames } = await pool.decode(sample.source, { indices, crop, size: WIDE });
  await encodeVideo(`${path}.partial.mp4`, frames, { ...WIDE, fps: FRAME_RATE });
  await rename(`${path}.partial.mp4`, path);
}
