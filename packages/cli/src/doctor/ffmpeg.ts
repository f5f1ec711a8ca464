import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeClip, encodeVideo, ffmpegFacts } from '@tgm/video-io';
import { type Check, fine, saysOf, wrong } from './check.js';

const MEND = 'npm install --ignore-scripts --include=optional';

/** Writes a video of two frames and reads it again. */
export async function checkFFmpeg(): Promise<Check> {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-doctor-'));
  try {
    const { version, license } = ffmpegFacts();
    const [path, size] = [join(folder, 'two.mp4'), { width: 32, height: 32 }];
    await encodeVideo(path, new Uint8Array(2 * 32 * 32 * 3).fill(90), { ...size, fps: 10 });
    const { frames } = await decodeClip(path, { indices: [0, 1], size });
    const isGrey = frames.every((value) => Math.abs(value - 90) <= 4);
    if (!isGrey) return wrong('FFmpeg', `${version} decodes another picture than was encoded`, MEND);
    return fine('FFmpeg', `${version}; its binary is under the ${license}, which binds whoever ships it on`);
  } catch (error) {
    return wrong('FFmpeg', saysOf(error), MEND);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
