import type { Frame } from 'node-av/lib';
import { referencePictures } from '../bitstream/reference-pictures.js';
import {
  AV_CODEC_ID_MPEG4,
  AV_FRAME_DATA_MOTION_VECTORS,
  AV_PICTURE_TYPE_B,
} from '../container/ffmpeg-constants.js';
import type { OpenVideo } from '../container/open-video.js';
import type { CropPlan } from '../decode/crop.js';
import type { DecodedFrame } from '../decode/read-sequential.js';
import type { MotionField } from '../video.js';
import { type BlockVectors, blockVectors, MOTION_CODECS } from './codec-vectors.js';
import { createMotionGrid } from './grid.js';
import { lumaPlane } from './luma-plane.js';
import { createMotionTracker } from './motion-tracker.js';

/** Turns decoded frames into the motion field of a clip. */
export interface ClipMotion {
  readonly field: MotionField;
  /** True while frames wait for later ones, which they may be predicted from. */
  readonly waiting: boolean;
  /** Every decoded frame, in order. `slot` is the clip frame that it becomes, if any. */
  see(decoding: DecodedFrame, slot: number | undefined): void;
  /** No frame comes any more. */
  end(): void;
}

const NO_VECTORS: BlockVectors = new Int32Array(0);

/** A field of `frames` clip frames with cells of `cell` output pixels. */
export function createClipMotion(
  video: OpenVideo,
  crop: CropPlan,
  frameCount: number,
  cell: number,
): ClipMotion {
  const { codecpar } = video.stream;
  const tells = MOTION_CODECS.includes(codecpar.codecId);
  const grid = createMotionGrid(crop, frameCount, cell, tells ? 'codec' : 'none');
  const most = referencePictures(codecpar);
  const tracker = createMotionTracker(grid, most);
  return {
    field: grid.field,
    get waiting() {
      return tracker.waiting;
    },
    see({ frame, index, coding }, slot) {
      if (!tells) return;
      const { number, referenced } = coding;
      const wanted = slot === undefined ? undefined : { slot, vectors: vectorsOf(frame, codecpar.codecId) };
      if (!referenced && wanted === undefined) return;
      const luma = most > 1 ? lumaPlane(frame) : undefined;
      const references = wanted === undefined ? [] : coding.references(most);
      tracker.push({ index, number, referenced, references, luma, wanted });
    },
    end: tracker.end,
  };
}

/** FFmpeg exports zeros, not vectors, for the B-frames of MPEG-4 part 2: they count as unknown. */
export function tellsMotion(codecId: number, bidirectional: boolean): boolean {
  return !(codecId === AV_CODEC_ID_MPEG4 && bidirectional);
}

function vectorsOf(frame: Frame, codecId: number): BlockVectors {
  if (!tellsMotion(codecId, frame.pictType === AV_PICTURE_TYPE_B)) return NO_VECTORS;
  const data = frame.getSideData(AV_FRAME_DATA_MOTION_VECTORS);
  return data === null ? NO_VECTORS : blockVectors(data);
}
