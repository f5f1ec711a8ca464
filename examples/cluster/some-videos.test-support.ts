import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeVideo } from '@tgm/video-io';

/** Writes videos of 64 x 64, 2 s at 8 frames a second, in which a bright bar moves, and `clips.jsonl` beside them. */
export async function writeSomeVideos(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [frames, side] = [16, 64];
  const names = Array.from({ length: count }, (_, number) => `${number}.mp4`);
  for (const [number, name] of names.entries()) {
    const pixels = new Uint8Array(frames * side * side * 3).map((_, at) => {
      const [frame, column] = [Math.floor(at / (side * side * 3)), Math.floor(at / 3) % side];
      return (column - 3 * frame - 7 * number + 32 * side) % side < 16 ? 230 : 60;
    });
    await encodeVideo(join(folder, name), pixels, { width: side, height: side, fps: 8 });
  }
  const rows = names.map((path) => JSON.stringify({ id: path, path, captions: [`bar ${path} moves`] }));
  await writeFile(join(folder, 'clips.jsonl'), rows.map((row) => `${row}\n`).join(''));
}
