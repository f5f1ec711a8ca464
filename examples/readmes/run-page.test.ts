import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { reconstructionLoss } from '@tgm/losses';
import { seededRandom, tubeMasking } from '@tgm/masking';
import { videoMae } from '@tgm/models';
import { page, pageSink, runReport } from '@tgm/report';
import { cpuEngine, type Engine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  constantSchedule,
  follow,
  jsonlSink,
  pretrain,
  readEvents,
  type Sink,
  shuffled,
} from '@tgm/train';
import { afterAll, beforeAll, expect, it } from 'vitest';

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'run-page-'));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

const model = videoMae({
  ...{ imageSize: 16, patchSize: 8, numFrames: 2, tubeletSize: 1, layerNormEps: 1e-6, decoderNormEps: 1e-6 },
  ...{ hiddenSize: 12, numHiddenLayers: 1, numAttentionHeads: 2, intermediateSize: 24 },
  ...{ decoderHiddenSize: 12, decoderNumHiddenLayers: 1, decoderNumAttentionHeads: 2 },
  decoderIntermediateSize: 24,
});

/** A run that is stopped behind this step, or goes to its end; with a page of it. */
async function run(pagePath: string, until: number): Promise<void> {
  const random = seededRandom('run-page');
  const clips = Array.from({ length: 4 }, (_, index) => ({
    id: `clip ${index}`,
    frames: Uint8Array.from({ length: 2 * 16 * 16 * 3 }, () => 256 * random()),
    cues: {},
  }));
  const source = {
    length: clips.length,
    id: (index: number) => clips[index]!.id,
    describe: () => ({ is: 'four clips of noise' }),
    load: async (index: number) => [clips[index]!],
  };
  const events = join(folder, 'events.jsonl');
  const before = await readEvents(events).catch(() => []);
  const stop = new AbortController();
  const stopper: Sink = {
    write: (event) => void (event.type === 'step' && event.step === until && stop.abort()),
    close: async () => {},
  };
  const end = await follow(
    pretrain({
      ...{ engine, model, examples: shuffled(source), masking: tubeMasking({ ratio: 0.5 }) },
      losses: [{ loss: reconstructionLoss(), weight: 1 }],
      ...{ optimizer: adamW(), schedule: constantSchedule({ base: 1e-3 }), steps: 6, batchSize: 2, seed: 0 },
      checkpoint: { folder: join(folder, 'checkpoints'), every: 100 },
      signal: stop.signal,
    }),
    [jsonlSink(events), pageSink({ path: pagePath, title: 'A tiny run', before }), stopper],
  );
  tf.dispose([end.params, end.buffers] as unknown as tf.TensorContainer);
}

it('a run of the trainer has a page, which goes on with its curves when it is taken up again', async () => {
  const path = join(folder, 'report.html');
  await run(path, 3);
  const stopped = await readFile(path, 'utf8');
  expect(stopped).toContain('The run has ended (stopped): step 3 of 6, 50 %.');
  await run(path, 100);
  const ended = await readFile(path, 'utf8');
  expect(ended).toContain('The run has ended (completed): step 6 of 6, 100 %.');
  expect(ended).toContain('Loss: reconstruction');
  expect(ended).toContain('knows nothing (0.9');
  expect(ended).toContain('<th scope="row">is</th><td><bdi>adamW</bdi></td>');

  // The same as of the log, whose events are those of the whole run.
  const events = await readEvents(join(folder, 'events.jsonl'));
  const report = runReport(events, { title: 'A tiny run' });
  const [{ points }] = report.plots![0]!.series as [(typeof report.plots & object)[0]['series'][0]];
  expect(points.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(page(report)).toBe(ended);
});
