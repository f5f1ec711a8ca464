import { appendFileSync } from 'node:fs';
import { reconstructionLoss } from '@tgm/losses';
import { randomMasking } from '@tgm/masking';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { pretrainingRecipe, readVideoFolder, videoPool } from '@tgm/video-io';
import type { Examples } from './data/examples.js';
import { shuffled } from './data/shuffled.js';
import { videoExamples } from './data/video-examples.js';
import { tinyModel } from './objectives/tiny-batch.test-support.js';
import { adamW } from './optimizers/adamw.js';
import { pretrain } from './pretrain.js';
import { constantSchedule } from './schedules/constant.js';
import { follow } from './sinks/follow.js';
import { jsonlSink } from './sinks/jsonl-sink.js';
import type { Sink } from './sinks/sink.js';

/**
 * A pre-training on videos in a process of its own, which writes down each step with the samples of its batch, and says so;
 * beside that a file of events.
 * Arguments: the folder of videos, that of the checkpoints, the log, the number of steps, the decode threads.
 */
const [videos = '', folder = '', log = '', steps = '', workers = ''] = process.argv.slice(2);

/** The same examples; `given` gets the samples of each batch. */
function heard(examples: Examples<object>, given: string[][]): Examples<object> {
  return {
    ...examples,
    async open(options) {
      const stream = await examples.open(options);
      return {
        ...stream,
        async next(count) {
          const batch = await stream.next(count);
          given.push(batch.examples.map(({ example }) => example.id));
          return batch;
        },
      };
    },
  };
}

const given: string[][] = [];
const pool = videoPool({ workers: Number(workers) });
const engine = await onnxEngine({ threads: 1 });
const source = videoExamples({
  dataset: await readVideoFolder(videos),
  pool,
  recipe: pretrainingRecipe({ frameCount: 4, stride: 2, size: { width: 16, height: 16 }, clips: 2 }),
});
const events = pretrain({
  engine,
  model: tinyModel(),
  examples: heard(shuffled(source, { badSamples: { kind: 'replace', limit: 1 } }), given),
  masking: randomMasking({ ratio: 0.5 }),
  losses: [{ loss: reconstructionLoss(), weight: 1 }],
  optimizer: adamW(),
  schedule: constantSchedule({ base: 1e-3, warmupSteps: 20 }),
  batchSize: 3,
  steps: Number(steps),
  seed: 5,
  average: { decay: 0.99 },
  checkpoint: { folder, every: 3 },
});
const own: Sink = {
  write(event) {
    if (event.type !== 'step') return;
    const { step, total, terms, weightNorm, learningRate } = event;
    const line = { step, total, terms, weightNorm, learningRate, samples: given.shift() };
    appendFileSync(log, `${JSON.stringify(line)}\n`);
    process.stdout.write('.');
  },
  close: async () => {},
};
await follow(events, [own, jsonlSink(`${log}.events`)]);
await pool.close();
await engine.dispose();
