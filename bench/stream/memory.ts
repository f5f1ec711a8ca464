/**
 * Takes many small steps on videos from the disk and prints the resident memory behind few and behind many of them:
 * `memory.ts CASE FOLDER EARLY LATE WINDOW`. Each is the median over a window of steps, since garbage comes and goes.
 */
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { median } from '../figure.js';
import { STREAM_CASES } from './cases.js';
import { streamRun } from './run.js';

const [name, folder, ...counts] = process.argv.slice(2);
const [early, late, window] = counts.map(Number) as [number, number, number];
const each = STREAM_CASES.find((known) => known.name === name)!;
const resident = { early: [] as number[], late: [] as number[] };
for await (const event of await streamRun(each, folder!, 'disk', await onnxEngine())) {
  if (event.type !== 'step') continue;
  const bytes = process.memoryUsage.rss();
  if (event.step > early && event.step <= early + window) resident.early.push(bytes);
  if (event.step > late - window) resident.late.push(bytes);
  if (event.step === late) break;
}
console.log(JSON.stringify({ early: median(resident.early), late: median(resident.late) }));
process.exit();
