import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeVideo } from '@tgm/video-io';
import {
  COLOUR_NAMES,
  FRAME_COUNT,
  FRAME_SIZE,
  renderScene,
  type Scene,
  sceneOf,
} from '../moving-shapes/index.js';

export const WIDTH = 320;
export const HEIGHT = 240;
const FRAMES_PER_SECOND = 30;
/** Frames that show the same moment of a scene. */
const HELD = 4;
/** Frames of a video. */
export const LENGTH = HELD * FRAME_COUNT;
/** Seconds from one video of a "film" to the next: Kinetics cuts ten. */
const SECTION = 10;

export interface KineticsFolderOptions {
  readonly folder: string;
  readonly train: number;
  readonly validate: number;
  readonly seed: number;
  readonly onVideo: (done: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Moving Shapes in the published layout of Kinetics: `train.csv`, `validate.csv`, and videos in folders by class,
 * `train/red/<id>_000000_000010.mp4`. The class is the colour of the large shape.
 */
export async function makeKineticsFolder(options: KineticsFolderOptions): Promise<void> {
  const { folder, seed, onVideo, signal } = options;
  let done = 0;
  for (const split of ['train', 'validate'] as const) {
    const rows = ['label,youtube_id,time_start,time_end,split'];
    for (let index = 0; index < options[split]; index++) {
      signal.throwIfAborted();
      const scene = sceneOf({ seed, split, index });
      const label = scene.object.colour;
      const video = `shapes${String(index).padStart(5, '0')}`;
      const path = join(folder, split, label, `${video}_000000_0000${SECTION}.mp4`);
      await mkdir(dirname(path), { recursive: true });
      await encodeVideo(path, framesOf(scene), { width: WIDTH, height: HEIGHT, fps: FRAMES_PER_SECOND });
      rows.push(`${label},${video},0,${SECTION},${split}`);
      onVideo(++done);
    }
    await writeFile(join(folder, `${split}.csv`), `${rows.join('\n')}\n`);
  }
}

/** Classes of the folder, in the order of their labels. */
export const CLASSES = [...COLOUR_NAMES].sort();

/** [LENGTH, HEIGHT, WIDTH, 3]: a scene at twice its size, without its rims above and below, its outer columns repeated aside. */
function framesOf(scene: Scene): Uint8Array {
  const { frames } = renderScene(scene);
  const bytes = HEIGHT * WIDTH * 3;
  const all = new Uint8Array(LENGTH * bytes);
  for (let moment = 0; moment < FRAME_COUNT; moment++) {
    const drawn = frames.subarray(moment * FRAME_SIZE * FRAME_SIZE * 3);
    const frame = all.subarray(HELD * moment * bytes, (HELD * moment + 1) * bytes);
    for (let y = 0; y < HEIGHT; y++) {
      const row = FRAME_SIZE / 2 + Math.floor((y - HEIGHT / 2) / 2);
      for (let x = 0; x < WIDTH; x++) {
        const column = FRAME_SIZE / 2 + Math.floor((x - WIDTH / 2) / 2);
        const from = 3 * (row * FRAME_SIZE + Math.min(FRAME_SIZE - 1, Math.max(0, column)));
        const to = 3 * (y * WIDTH + x);
        frame[to] = drawn[from]!;
        frame[to + 1] = drawn[from + 1]!;
        frame[to + 2] = drawn[from + 2]!;
      }
    }
    for (let copy = 1; copy < HELD; copy++)
      all.copyWithin((HELD * moment + copy) * bytes, HELD * moment * bytes, (HELD * moment + 1) * bytes);
  }
  return all;
}
