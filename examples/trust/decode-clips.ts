import { join } from 'node:path';
import { progress } from '@tgm/cli/program';
import { type ClipFlow, flowCue, motionCue, seededRandom } from '@tgm/masking';
import type { DecodedClip } from '@tgm/train';
import { readManifest, sampleLoader, type VideoSample, videoPool } from '@tgm/video-io';
import { clipRecipe, FRAMES, FRAMES_A_SLICE, GRID, SIZE, STRIDE } from '../moving-shapes/clip-shape.js';
import { makeMovingShapes, manifestPath } from '../moving-shapes/index.js';
import type { KnownClipsOptions } from './known-clips.js';

/** A decoded clip with its flow, which the codec's vectors give too. */
export interface MovingClip extends DecodedClip {
  readonly flow: ClipFlow;
}

/** Makes the test videos where they are missing, and decodes a clip of each, in order, with the codec's motion vectors. */
export async function decodeTestClips(options: KnownClipsOptions): Promise<MovingClip[]> {
  const { data, seed, clips, workers, signal } = options;
  const folder = join(data, `moving-shapes-trust-${seed}`);
  const made = progress('render and encode', clips, 'clips', 0, process.stderr);
  await makeMovingShapes({
    folder,
    train: 0,
    test: clips,
    seed,
    workers,
    signal,
    onProgress: ({ done }) => made.update(done),
  });
  made.end();
  const shown = progress('decode pixels and motion vectors', clips, 'clips', 0, process.stderr);
  const dataset = await readManifest(manifestPath(folder, 'test'));
  const pool = videoPool({ workers });
  const clipsOf = sampleLoader({
    pool,
    motion: true,
    recipe: clipRecipe(),
  });
  const decode = async (sample: VideoSample): Promise<MovingClip> => {
    signal.throwIfAborted();
    const [clip] = await clipsOf(sample, seededRandom('trust', 'decode', sample.id));
    const { frames, motion } = clip!;
    return {
      id: sample.id,
      sample,
      frames,
      frameCount: FRAMES.length,
      ...SIZE,
      motion: motionCue(motion!, GRID, { ...SIZE, framesPerSlice: STRIDE * FRAMES_A_SLICE }),
      flow: flowCue(motion!, GRID, { ...SIZE, framesPerStep: STRIDE }),
    };
  };
  try {
    const decoded: MovingClip[] = [];
    const atOnce = 2 * workers;
    for (let first = 0; first < dataset.length; first += atOnce) {
      const count = Math.min(atOnce, dataset.length - first);
      const samples = await Promise.all(Array.from({ length: count }, (_, each) => dataset.at(first + each)));
      decoded.push(...(await Promise.all(samples.map(decode))));
      shown.update(decoded.length);
    }
    shown.end();
    return decoded;
  } finally {
    await pool.close();
  }
}
