import { join } from 'node:path';
import { encodeVideo, type VideoSample } from '@tgm/video-io';

export const VIDEO = { width: 64, height: 48, fps: 12, count: 24 };

/** A video of stripes that move to the right by `speed` pixels a frame, told apart from others by their `width`. */
export async function writeStripes(
  folder: string,
  id: string,
  { stripe, speed }: { readonly stripe: number; readonly speed: number },
): Promise<VideoSample> {
  const { width, height, fps, count } = VIDEO;
  const frames = Uint8Array.from({ length: count * height * width * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y] = [pixel % width, Math.floor(pixel / width) % height];
    const frame = Math.floor(pixel / (width * height));
    return (
      128 + 60 * Math.sin((x - speed * frame) / stripe) + 50 * Math.sin(y / 3 + x / 7 - (speed * frame) / 7)
    );
  });
  const source = join(folder, `${id}.mp4`);
  await encodeVideo(source, frames, { width, height, fps });
  return { id, source, captions: [] };
}
