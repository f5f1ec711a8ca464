import type { VideoClip } from '../video.js';

/**
 * A clip's frames in another order, some of them more than once.
 *
 * @param order [T] places in `clip`.
 */
export function arrangeClip(clip: VideoClip, order: readonly number[]): VideoClip {
  const asPicked = order.length === clip.times.length && order.every((slot, i) => slot === i);
  if (asPicked) return clip;
  const picked = clip.times.length;
  const gather = <A extends Uint8Array | Float32Array | Float64Array | Uint32Array>(from: A): A => {
    const stride = from.length / picked;
    const Type = from.constructor as new (length: number) => A;
    const to = new Type(order.length * stride);
    order.forEach((slot, i) => {
      to.set(from.subarray(slot * stride, (slot + 1) * stride), i * stride);
    });
    return to;
  };
  const { motion } = clip;
  return {
    ...clip,
    frames: gather(clip.frames),
    times: gather(clip.times),
    indices: gather(clip.indices),
    ...(motion && { motion: { ...motion, vectors: gather(motion.vectors), known: gather(motion.known) } }),
  };
}
