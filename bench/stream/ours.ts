/**
 * Pre-training on videos from the disk or on the same videos decoded beforehand; see contestant.ts for how it is talked to.
 * Arguments: the case, its folder, and `disk` or `memory`. `turn` takes the steps of a turn and answers with those that are
 * measured: clips, seconds, and of those the seconds of waiting for data.
 */
import { createInterface } from 'node:readline';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { StepEvent } from '@tgm/train';
import { STREAM_CASES } from './cases.js';
import { streamRun } from './run.js';

const [name, folder, from] = process.argv.slice(2);
const each = STREAM_CASES.find((known) => known.name === name)!;
const run = await streamRun(each, folder!, from as 'disk' | 'memory', await onnxEngine());

async function oneStep(): Promise<StepEvent> {
  for (;;) {
    const { value } = await run.next();
    if (!value) throw new Error('The run has ended.');
    if (value.type === 'step') return value;
  }
}

async function turn(): Promise<Record<string, number>> {
  for (let step = 0; step < each.steps.before; step++) await oneStep();
  const began = performance.now();
  let waited = 0;
  for (let step = 0; step < each.steps.measured; step++) waited += (await oneStep()).dataWaitSeconds;
  return { clips: each.batch * each.steps.measured, seconds: (performance.now() - began) / 1000, waited };
}

const answer = (fields: Record<string, number>): void => console.log(JSON.stringify(fields));
await oneStep();
answer({ ready: 1 });
for await (const word of createInterface({ input: process.stdin })) if (word === 'turn') answer(await turn());
