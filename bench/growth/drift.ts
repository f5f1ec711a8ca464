/** Loads many small clips and prints clips/s behind few and behind many of them: `drift.ts FOLDER EARLY LATE`. */
import { join } from 'node:path';
import { clipLoader, datasetOf, encodeVideo, pretrainingRecipe, videoPool } from '@tgm/video-io';

const [folder, early, late] = process.argv.slice(2);
const [width, height, count] = [64, 48, 12];
/** Samples over which a speed is taken. */
const WINDOW = 500;
const SAMPLES = 50;

const source = join(folder!, 'small.mp4');
const frames = Uint8Array.from({ length: count * width * height * 3 }, (_, i) => (i * 31 + (i >> 9)) & 0xff);
await encodeVideo(source, frames, { width, height, fps: 24, gop: 12 });
const dataset = datasetOf(
  'small',
  Array.from({ length: SAMPLES }, (_, i) => ({ id: `${i}`, source, captions: [] })),
);
const pool = videoPool({ workers: 2 });
const loader = clipLoader({
  dataset,
  pool,
  recipe: pretrainingRecipe({ frameCount: 2, stride: 2, size: { width: 32, height: 32 } }),
  seed: 0,
  epochs: Math.ceil((Number(late) + WINDOW) / SAMPLES),
  badSamples: { kind: 'fail' },
});
const at = new Map<number, number>();
let loaded = 0;
for await (const _ of loader) at.set(++loaded, performance.now());
await pool.close();
const rate = (from: number): number => WINDOW / ((at.get(from + WINDOW)! - at.get(from)!) / 1000);
console.log(JSON.stringify({ early: rate(Number(early)), late: rate(Number(late)) }));
