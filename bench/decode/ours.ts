/** Our program of `bench/decode`: each line is a JSON list of wanted clips, answered with the seconds they took. */
import { createInterface } from 'node:readline';
import { videoPool } from '@tgm/video-io';
import { CLIP, type WantedClip } from './cases.js';

const [, , first, threads] = process.argv;
const { frameCount, stride, side } = CLIP;
const size = { width: side, height: side };
const crop = { x: 58, y: 16, ...size };
const pool = videoPool({ workers: Number(threads) });

/** Each thread is given its next clip when it has done the last. */
async function decode(wanted: readonly WantedClip[]): Promise<number> {
  const began = performance.now();
  const rest = wanted.values();
  const work = async () => {
    for (const [path, start] of rest) {
      const indices = Array.from({ length: frameCount }, (_, i) => start + i * stride);
      await pool.decode(path, { indices, size, crop, motion: true });
    }
  };
  await Promise.all(Array.from({ length: pool.workers }, work));
  return (performance.now() - began) / 1000;
}

await decode(Array.from({ length: pool.workers }, () => [first!, 0]));
console.log(JSON.stringify({ ready: 1 }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ seconds: await decode(JSON.parse(line)) }));
}
await pool.close();
