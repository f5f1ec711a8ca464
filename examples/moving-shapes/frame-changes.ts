/**
 * How much each number of a clip changes from one frame to the next: what moves, without what it is.
 *
 * @param clip [T, H, W, 3] RGB, 0-255.
 * @returns [T - 1, H, W, 3] 0-255.
 */
export function frameChanges(clip: Uint8Array, frameCount: number): Uint8Array {
  const perFrame = clip.length / frameCount;
  return clip.slice(perFrame).map((value, at) => Math.abs(value - clip[at]!));
}
