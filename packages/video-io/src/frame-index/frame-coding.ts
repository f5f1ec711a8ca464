import type { FrameIndex } from './frame-index.js';

/** How a frame was coded. */
export interface FrameCoding {
  /** Place in decoding order, from 0. */
  readonly number: number;
  /** True when a frame that was asked for may be predicted from it. */
  readonly referenced: boolean;
  /** Numbers of the last `most` pictures that it may be predicted from itself. */
  references(most: number): number[];
}

/**
 * How frames were coded, by the index. Of the pictures that others are built on only those count as referenced that
 * one of the chosen frames may be predicted from.
 *
 * @param most Pictures that one may be predicted from.
 */
export function codingOf(
  index: FrameIndex,
  chosen: readonly number[],
  most: number,
): (frame: number) => FrameCoding {
  const referencesOf = (frame: number): number[] => {
    const number = index.packetOf[frame]!;
    const found: number[] = [];
    for (let other = number - 1; other >= index.entryOf[frame]! && found.length < most; other--) {
      if (index.referenced[other] === 1) found.push(other);
    }
    return found;
  };
  const needed = new Set(chosen.flatMap(referencesOf));
  return (frame) => {
    const number = index.packetOf[frame]!;
    return { number, referenced: needed.has(number), references: () => referencesOf(frame) };
  };
}
