import { writeTestVideo } from '../../packages/video-io/src/testing/write-video.js';
import { type DecodeCase, VIDEO } from './cases.js';

/** Squares of texture that cross a slowly panning ground. */
function luma(x: number, y: number, t: number): number {
  for (let i = 0; i < 5; i++) {
    const u = (x - 70 * i - ((i + 1) * t) / 2 + 3400) % VIDEO.width;
    const v = y - 45 * i - 10 * Math.sin(t / 20 + i);
    if (u < 48 && v >= 0 && v < 48) return 120 + 50 * Math.sin(u / 3) * Math.cos(v / (4 + i)) + 10 * i;
  }
  const [px, py] = [x + t / 2, y + t / 4];
  return 110 + 40 * Math.sin(px / 23) * Math.cos(py / 31) + 25 * Math.sin(px * py * 0.004);
}

/** Writes the video of a case: x264's preset `medium` with its B-frames and references. */
export function makeVideo(path: string, { gop }: DecodeCase): void {
  const { width, height, fps, frames } = VIDEO;
  writeTestVideo(path, {
    encoder: 'libx264',
    width,
    height,
    frames,
    luma,
    gop,
    bFrames: 3,
    options: { preset: 'medium', crf: '23' },
    time: (frame) => Math.round((frame * 1000) / fps),
  });
}
