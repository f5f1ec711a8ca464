/** Our program of `bench/decode`: each line is a JSON list of first frames, answered with the seconds it took. */
import { createInterface } from 'node:readline';
import { decodeClip } from '@tgm/video-io';
import { CLIP } from './cases.js';

const path = process.argv[2]!;
const { frames, stride, side } = CLIP;

async function clips(starts: readonly number[]): Promise<number> {
  const began = performance.now();
  for (const start of starts) {
    const indices = Array.from({ length: frames }, (_, i) => start + i * stride);
    await decodeClip(path, { indices, size: { width: side, height: side }, crop: CROP, motion: true });
  }
  return (performance.now() - began) / 1000;
}

const CROP = { x: 58, y: 16, width: side, height: side };

await clips([0]);
console.log(JSON.stringify({ ready: 1 }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ seconds: await clips(JSON.parse(line)) }));
}
