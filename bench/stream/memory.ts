/**
 * Takes many small steps on videos from the disk and prints the resident memory behind few and behind many of them:
 * `node --expose-gc memory.ts CASE FOLDER EARLY LATE WINDOW`. Each is the median over a window of steps, read when the garbage
 * has been collected: how much of it lies about is chance.
 */
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { median } from '../figure.js';
import { STREAM_CASES } from './cases.js';
import { streamRun } from './run.js';

const [name, folder, ...counts] = process.argv.slice(2);
const [early, late, window] = counts.map(Number) as [number, number, number];
const each = STREAM_CASES.find((known) => known.name === name)!;
/** Steps from one reading to the next: a collection takes longer than a step. */
const PERIOD = 10;
const resident = { early: [] as number[], late: [] as number[] };
for await (const event of await streamRun(each, folder!, 'disk', await onnxEngine())) {
  if (event.type !== 'step') continue;
  const { step } = event;
  const isEarly = step > early && step <= early + window;
  if (step % PERIOD === 0 && (isEarly || step > late - window)) {
    globalThis.gc!();
    resident[isEarly ? 'early' : 'late'].push(process.memoryUsage.rss());
  }
  if (step === late) break;
}
console.log(JSON.stringify({ early: median(resident.early), late: median(resident.late) }));
process.exit();
