import type { ReferenceDistances } from '../motion/block-sums.js';
import type { FrameIndex } from './frame-index.js';

/** How far away a picture that is referred to is looked for, in frames: twice what H.264 can keep. */
const REACH = 32;

/**
 * Distances in frames to the nearest pictures on both sides that `frame` can refer to: coded before it and
 * referred to by others. FFmpeg tells only the side of a vector. With one reference picture a side this is
 * the one that the vector means; with several it is the one that encoders choose most.
 */
export function nearestReferences(index: FrameIndex, frame: number): ReferenceDistances {
  const own = index.packetOf[frame]!;
  const distance = (step: 1 | -1): number => {
    for (let away = 1; away <= REACH; away++) {
      const packet = index.packetOf[frame + step * away];
      if (packet === undefined) break;
      if (packet < own && index.referenced[packet] === 1) return away;
    }
    return 1;
  };
  return { backward: distance(-1), forward: distance(1) };
}
