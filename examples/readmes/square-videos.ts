import { encodeVideo } from '@tgm/video-io';

/** A square that moves to the right, or down. */
export async function writeVideo(path: string, way: 'right' | 'down', start: number): Promise<void> {
  const [side, count] = [40, 8];
  const frames = Uint8Array.from({ length: count * side * side * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y, t] = [pixel % side, Math.floor(pixel / side) % side, Math.floor(pixel / side ** 2)];
    const moved = (start + 3 * t) % side;
    const [left, top] = way === 'right' ? [moved, start] : [start, moved];
    return x >= left && x < left + 10 && y >= top && y < top + 10 ? 220 : 40;
  });
  await encodeVideo(path, frames, { width: side, height: side, fps: 8 });
}
