import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeVideo } from '@tgm/video-io';

/** Writes a grey video of 32 x 32 at 10 frames a second. @param grey 0-255. */
export async function writeVideo(path: string, frameCount = 2, grey = 90): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const frames = new Uint8Array(frameCount * 32 * 32 * 3).fill(grey);
  await encodeVideo(path, frames, { width: 32, height: 32, fps: 10 });
}
