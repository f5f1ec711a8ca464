import type { BlockVectors } from './codec-vectors.js';
import type { MotionGrid } from './grid.js';
import type { LumaPlane } from './luma-plane.js';
import { type Candidate, chooseReference } from './reference-choice.js';

/** One decoded picture as the tracker sees it. */
export interface TrackedPicture {
  /** Place in presentation order. */
  readonly index: number;
  /** Place in decoding order. */
  readonly number: number;
  /** Numbers of the pictures that this one may be predicted from. */
  readonly references: readonly number[];
  /** True when wanted pictures may be predicted from this one. */
  readonly referenced: boolean;
  /** Left out where there is only one picture to refer to. */
  readonly luma: LumaPlane | undefined;
  /** The clip frame that this picture becomes, and its vectors, for pictures whose motion is asked for. */
  readonly wanted?: { readonly slot: number; readonly vectors: BlockVectors } | undefined;
}

/** Puts pictures on the grid once all that they may be predicted from have been seen. */
export interface MotionTracker {
  /** Tells of the next picture in presentation order. */
  push(picture: TrackedPicture): void;
  /** True while pictures wait for later ones. */
  readonly waiting: boolean;
  /** Ends the stream: what still waits goes by the pictures seen. */
  end(): void;
}

/** Pictures that H.264 can show between a picture and a later one that it is predicted from. */
const MOST_REORDERED = 16;

/** @param most Pictures that one may be predicted from. */
export function createMotionTracker(grid: MotionGrid, most: number): MotionTracker {
  const seen = new Map<number, TrackedPicture>();
  let waiting: TrackedPicture[] = [];

  function place({ index, references, luma, wanted }: TrackedPicture): void {
    const candidates = references.flatMap((number): Candidate[] => {
      const other = seen.get(number);
      return other === undefined ? [] : [{ distance: index - other.index, luma: other.luma }];
    });
    grid.put(wanted!.slot, wanted!.vectors, chooseReference(luma, candidates));
  }

  return {
    push(picture) {
      if (picture.referenced) {
        seen.set(picture.number, picture);
        if (seen.size > most + MOST_REORDERED) seen.delete(seen.keys().next().value!);
      }
      if (picture.wanted !== undefined) waiting.push(picture);
      waiting = waiting.filter((other) => {
        const complete = other.references.every((number) => seen.has(number));
        const late = picture.index - other.index >= MOST_REORDERED;
        if (complete || late) place(other);
        return !(complete || late);
      });
    },
    get waiting() {
      return waiting.length > 0;
    },
    end() {
      for (const picture of waiting) place(picture);
      waiting = [];
    },
  };
}
