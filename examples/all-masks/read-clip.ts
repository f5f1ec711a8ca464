import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  attentionCue,
  type ClipFrames,
  flowCue,
  motionCue,
  partsCue,
  seededRandom,
  type TextCues,
} from '@tgm/masking';
import { clipModelPatchTextEncoder, loadClipModel } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type DecodedClip, scoreClips } from '@tgm/train';
import { readManifest, sampleLoader, type VideoDataset, type VideoSample, videoPool } from '@tgm/video-io';
import { clipRecipe, FRAMES, FRAMES_A_SLICE, GRID, STRIDE } from '../moving-shapes/clip-shape.js';
import { makeMovingShapes, manifestPath } from '../moving-shapes/index.js';
import type { KnownCues } from '../trust/mask-rows.js';

/** One clip and everything that masks may read of it. */
export interface CuedClip extends ClipFrames {
  readonly id: string;
  /** Absent of a clip without one, which then has no `tokenScores`. */
  readonly caption?: string;
  readonly cues: Omit<KnownCues, keyof TextCues> & Partial<TextCues>;
}

/** A clip of Moving Shapes: rendered, written as H.264, decoded with its motion vectors, scored by the CLIP. */
export async function movingShape(seed: number, clipModel: string, engine: Engine): Promise<CuedClip> {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-all-masks-'));
  try {
    await makeMovingShapes({ folder, train: 0, test: 1, seed, workers: 1 });
    const dataset: VideoDataset = await readManifest(manifestPath(folder, 'test'));
    return await readClip(await dataset.at(0), clipModel, engine);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The first clip of a video, in the size of the CLIP's images. Without a caption nothing is scored. */
export async function readClip(sample: VideoSample, clipModel: string, engine: Engine): Promise<CuedClip> {
  const pool = videoPool({ workers: 1 });
  const checkpoint = await loadClipModel(clipModel);
  const { imageSize } = checkpoint.model.config.visionConfig;
  const size = { width: imageSize, height: imageSize };
  const random = seededRandom('all-masks', sample.id);
  try {
    const [loaded] = await sampleLoader({ pool, motion: true, recipe: clipRecipe(size) })(sample, random);
    const { frames, motion: field } = loaded!;
    const motion = motionCue(field!, GRID, { ...size, framesPerSlice: STRIDE * FRAMES_A_SLICE });
    const flow = flowCue(field!, GRID, { ...size, framesPerStep: STRIDE });
    const clip: DecodedClip = { id: sample.id, sample, frames, frameCount: FRAMES.length, ...size, motion };

    const encoder = clipModelPatchTextEncoder({
      ...checkpoint,
      engine,
      variant: 'value',
    });
    const attention = attentionCue({ maps: await encoder.encodeAttention(clip), grid: GRID });
    const parts = partsCue({ patches: await encoder.encodePatches(clip), grid: GRID, random });
    const shown = { id: clip.id, frames, ...size };
    const seen = { motion, flow, attention, parts };
    if (sample.captions.length === 0) return { ...shown, cues: seen };
    for await (const [scored] of scoreClips({ encoder, clips: [clip], grid: GRID })) {
      const { caption, tokenScores } = scored!.captions[0]!;
      return { ...shown, caption, cues: { ...seen, tokenScores } };
    }
    throw new Error(`${sample.id} was not scored.`);
  } finally {
    await pool.close();
  }
}
