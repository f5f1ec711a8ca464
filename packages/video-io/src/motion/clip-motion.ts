import {
  AV_CODEC_ID_MPEG4,
  AV_FRAME_DATA_MOTION_VECTORS,
  AV_PICTURE_TYPE_B,
  AV_PICTURE_TYPE_I,
} from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import type { OpenVideo } from '../container/open-video.js';
import type { CropPlan } from '../decode/crop.js';
import type { DecodedFrame } from '../decode/read-sequential.js';
import type { MotionField } from '../video.js';
import { createMotionTracker, type MotionTracker } from './assumed-references.js';
import { type BlockVectors, blockVectors, MOTION_CODECS, type PictureKind } from './codec-vectors.js';
import { createMotionGrid } from './grid.js';

/** Turns decoded frames into the motion field of a clip. */
export interface ClipMotion {
  readonly field: MotionField;
  readonly tracker: MotionTracker;
  /** Every decoded frame, in order. `slot` is the clip frame that it becomes, if any. */
  see(decoded: DecodedFrame, wanted: boolean, slot: number | undefined): void;
}

/** A field of `frames` clip frames with cells of `cell` output pixels. */
export function createClipMotion(video: OpenVideo, crop: CropPlan, frames: number, cell: number): ClipMotion {
  const { codecId } = video.stream.codecpar;
  const grid = createMotionGrid(crop, frames, cell, MOTION_CODECS.includes(codecId) ? 'codec' : 'none');
  const tracker = createMotionTracker(grid);
  return {
    field: grid.field,
    tracker,
    see({ frame, index, references }, wanted, slot) {
      const kind = pictureKind(frame);
      const vectors = wanted && tellsMotion(codecId, kind) ? vectorsOf(frame) : undefined;
      if (references === undefined) {
        tracker.push({ index, kind, vectors, slot });
        return;
      }
      if (vectors !== undefined) grid.add(vectors, references);
      if (slot !== undefined) grid.finish(slot);
    },
  };
}

/** FFmpeg exports zeros, not vectors, for the B-frames of MPEG-4 part 2: they count as unknown. */
export function tellsMotion(codecId: number, kind: PictureKind): boolean {
  return !(codecId === AV_CODEC_ID_MPEG4 && kind === 'bidirectional');
}

function vectorsOf(frame: Frame): BlockVectors | undefined {
  const data = frame.getSideData(AV_FRAME_DATA_MOTION_VECTORS);
  return data === null ? undefined : blockVectors(data);
}

function pictureKind({ pictType }: Frame): PictureKind {
  if (pictType === AV_PICTURE_TYPE_I) return 'intra';
  return pictType === AV_PICTURE_TYPE_B ? 'bidirectional' : 'predicted';
}
