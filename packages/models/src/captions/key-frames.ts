/**
 * The frames of a video to describe: the middles of `count` equal parts. TGM (Fan et al., ECCV 2024) describes three,
 * uniformly spaced.
 * @returns ascending numbers of frames, fewer than `count` where the video has fewer.
 */
export function keyFrames(frames: number, count = 3): number[] {
  const places = Array.from({ length: count }, (_, part) => Math.floor(((part + 0.5) * frames) / count));
  return [...new Set(places)].filter((place) => place < frames);
}
