/** Our program of `bench/loader`: `epoch` loads every sample once and answers with the clips and the seconds. */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { clipBatches, clipLoader, datasetOf, pretrainingRecipe, videoPool } from '@tgm/video-io';
import { LOADING } from './cases.js';

const [folder, workers] = process.argv.slice(2);
const { videos, copies, batch, frameCount, stride, side } = LOADING;
const dataset = datasetOf(
  'bench',
  Array.from({ length: videos * copies }, (_, i) => ({
    id: `${i}`,
    source: join(folder!, `${i % videos}.mp4`),
    captions: [],
  })),
);
const recipe = pretrainingRecipe({ frameCount, stride, size: { width: side, height: side }, flip: true });
const pool = videoPool({ workers: Number(workers) });

/** Loader and buffers begin empty each time; only the threads stay. */
async function epoch(seed: number): Promise<Record<string, number>> {
  const began = performance.now();
  let clips = 0;
  const loader = clipLoader({ dataset, pool, recipe, seed, epochs: 1, badSamples: { kind: 'fail' } });
  for await (const { count } of clipBatches(loader, { samples: batch })) clips += count;
  return { clips, seconds: (performance.now() - began) / 1000 };
}

await epoch(0);
console.log(JSON.stringify({ ready: 1 }));
let seed = 1;
for await (const word of createInterface({ input: process.stdin })) {
  if (word === 'epoch') console.log(JSON.stringify(await epoch(seed++)));
}
