import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeVideo } from '@tgm/video-io';

/** Writes a video of one colour, 32 x 32 at 10 frames a second. @param colour RGB or a grey, 0-255. */
export async function writeVideo(
  path: string,
  frameCount = 2,
  colour: number | readonly [number, number, number] = 90,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const frames = Uint8Array.from({ length: frameCount * 32 * 32 * 3 }, (_, at) =>
    typeof colour === 'number' ? colour : colour[at % 3]!,
  );
  await encodeVideo(path, frames, { width: 32, height: 32, fps: 10 });
}
