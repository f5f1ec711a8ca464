import type { BlockVectors, PictureKind } from './codec-vectors.js';
import type { MotionGrid } from './grid.js';

/** One decoded frame as the tracker sees it; every frame from the start must be told, in order. */
export interface TrackedFrame {
  readonly index: number;
  readonly kind: PictureKind;
  /** Left out for frames whose motion no one wants, and for frames without vectors. */
  readonly vectors?: BlockVectors | undefined;
  /** The clip frame that this frame becomes. */
  readonly slot?: number | undefined;
}

/** Puts frames on the grid once it is known how far away the pictures are that they refer to. */
export interface MotionTracker {
  push(frame: TrackedFrame): void;
  /** True while B-frames wait for the picture after them. */
  readonly waiting: boolean;
  /** Ends the stream: waiting frames take the next index as their later reference. */
  end(): void;
}

/**
 * FFmpeg tells the direction of a vector but not which picture it points to. Taken is the nearest I- or
 * P-picture on that side, which is exact for streams with one reference picture and without B-pyramids
 * (such as `encodeVideo` makes), and else can under- or overrate the speed.
 */
export function createMotionTracker(grid: MotionGrid): MotionTracker {
  let waiting: TrackedFrame[] = [];
  let lastReference: number | undefined;
  let lastIndex = -1;

  function place(frame: TrackedFrame, nextReference: number): void {
    if (frame.vectors !== undefined) {
      grid.add(frame.vectors, {
        backward: frame.index - (lastReference ?? frame.index - 1),
        forward: nextReference - frame.index,
      });
    }
    if (frame.slot !== undefined) grid.finish(frame.slot);
  }

  function release(nextReference: number): void {
    for (const frame of waiting) place(frame, nextReference);
    waiting = [];
  }

  return {
    push(frame) {
      lastIndex = frame.index;
      if (frame.kind === 'bidirectional') {
        waiting.push(frame);
        return;
      }
      release(frame.index);
      place(frame, frame.index + 1);
      lastReference = frame.index;
    },
    get waiting() {
      return waiting.some(({ vectors, slot }) => vectors !== undefined || slot !== undefined);
    },
    end() {
      release(lastIndex + 1);
    },
  };
}
