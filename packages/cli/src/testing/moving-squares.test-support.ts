import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeVideo } from '@tgm/video-io';

const COLOURS = { red: [220, 40, 40], green: [40, 190, 60], blue: [50, 70, 230] } as const;
const [FRAMES, SIDE, SQUARE] = [16, 64, 20];

/**
 * Writes videos of 64 x 64, 2 seconds at 8 frames a second: a coloured square moves to the left or to the right. They lie in a folder
 * for each colour, and `clips.jsonl` beside these has their captions.
 *
 * @param each videos of each colour and direction.
 */
export async function writeMovingSquares(folder: string, each: number): Promise<void> {
  const rows: object[] = [];
  for (const [name, colour] of Object.entries(COLOURS)) {
    await mkdir(join(folder, name), { recursive: true });
    for (const direction of ['left', 'right'])
      for (let row = 0; row < each; row++) {
        const path = join(name, `${direction}-${row}.mp4`);
        await encodeVideo(join(folder, path), movingSquare(colour, direction, row), {
          width: SIDE,
          height: SIDE,
          fps: 8,
        });
        rows.push({ id: path, path, captions: [`a ${name} square moves to the ${direction}`] });
      }
  }
  await writeFile(join(folder, 'clips.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

function movingSquare(colour: readonly number[], direction: string, row: number): Uint8Array {
  const frames = new Uint8Array(FRAMES * SIDE * SIDE * 3).fill(120);
  for (let frame = 0; frame < FRAMES; frame++) {
    const left = direction === 'right' ? 2 * frame : SIDE - SQUARE - 2 * frame;
    for (let y = 4 * row; y < 4 * row + SQUARE; y++)
      for (let x = left; x < left + SQUARE; x++) frames.set(colour, ((frame * SIDE + y) * SIDE + x) * 3);
  }
  return frames;
}
