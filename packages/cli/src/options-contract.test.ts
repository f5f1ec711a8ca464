import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionsContract } from '@tgm/options/testing';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { datasetOf } from '@tgm/video-io';
import { afterAll, beforeAll, describe, it } from 'vitest';
import * as cli from './index.js';
import { writeJointRun } from './testing/some-models.test-support.js';
import { writeVideo } from './testing/some-videos.test-support.js';

let folder: string;
let teacher: cli.Teacher;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-contract-'));
  await writeVideo(join(folder, 'a.mp4'));
  teacher = await cli.openTeacher();
  const engine = await onnxEngine({ threads: 1 });
  const colours = { 'a red square': [200, 0, 0], 'a blue square': [0, 0, 200] } as const;
  await writeJointRun({ folder: join(folder, 'run'), engine, encoder: teacher.encoder, colours, steps: 1 });
  await engine.dispose();
});
afterAll(async () => {
  await teacher.dispose();
  await rm(folder, { recursive: true });
});

const dataset = () => datasetOf('one', [{ id: 'a', source: join(folder, 'a.mp4'), captions: ['a'] }]);
const labelled = (classes = ['grey']) =>
  datasetOf('one', [{ id: 'a', source: join(folder, 'a.mp4'), captions: [], label: 0 }], classes);
const captioning = (extra: object) =>
  cli.writeCaptions(dataset(), {
    out: join(folder, 'none.jsonl'),
    command: 'none',
    model: 'm',
    revision: 'r',
    shard: '1/2',
    ...extra,
  });

const masking = () => ({ video: join(folder, 'a.mp4'), masks: 'random', frames: 2, size: 16 });

describe('@tgm/cli', () => {
  const checks = optionsContract({
    module: cli,
    declarations: `${import.meta.dirname}/../dist`,
    calls: {
      clipMasks: (extra) => cli.clipMasks({ ...masking(), ...extra }),
      dataFacts: (extra) => cli.dataFacts(dataset(), { probe: 0, ...extra }),
      examineMachine: (extra) => cli.examineMachine({ hub: false, ...extra }),
      openTeacher: (extra) => cli.openTeacher({ offline: true, ...extra }),
      openDataset: (extra) => cli.openDataset({ source: folder, format: 'folder', ...extra }),
      evaluateModel: (extra) =>
        cli.evaluateModel(dataset(), {
          model: join(folder, 'run'),
          features: join(folder, 'features'),
          ...extra,
        }),
      exportModel: (extra) =>
        cli.exportModel({ model: join(folder, 'run'), output: join(folder, 'onnx'), ...extra }),
      probeModel: (extra) =>
        cli.probeModel(labelled(), labelled(), {
          model: join(folder, 'run'),
          features: join(folder, 'features'),
          settings: cli.laptop(cli.PRESETS['probe-b-k400']),
          protocols: 'knn',
          ...extra,
        }),
      retrieveVideos: (extra) =>
        cli.retrieveVideos(dataset(), {
          text: 'a dog',
          model: join(folder, 'run'),
          features: join(folder, 'features'),
          ...extra,
        }),
      watchRuns: (extra) =>
        cli.watchRuns({ run: folder, port: 0, ...extra }).then((serving) => serving.close()),
      scoreVideos: (extra) =>
        cli.scoreVideos(dataset(), teacher.encoder, { output: join(folder, 'scores'), detail: 1, ...extra }),
      finetuningParts: (extra) =>
        cli.finetuningParts(cli.laptop(cli.PRESETS['finetune-b-ssv2']), {
          videos: 16,
          labels: ['a', 'b'],
          ...extra,
        }),
      plan: (extra) => cli.plan({ settings: cli.PRESETS['probe-b-k400'], ...extra }),
      pretrainingParts: (extra) =>
        cli.pretrainingParts(cli.laptop(cli.PRESETS['videomae-s-k400']), { videos: 16, ...extra }),
      writeMasks: (extra) => cli.writeMasks({ ...masking(), out: join(folder, 'a.png'), ...extra }),
      runFinetuning: (extra) =>
        cli.runFinetuning({
          output: join(folder, 'tuned'),
          dataset: labelled(['a', 'b']),
          signal: AbortSignal.abort(),
          settings: cli.laptop(cli.PRESETS['finetune-b-ssv2']),
          ...extra,
        }),
      runPretraining: (extra) =>
        cli.runPretraining({
          output: join(folder, 'pretrained'),
          dataset: dataset(),
          signal: AbortSignal.abort(),
          settings: cli.laptop(cli.PRESETS['videomae-s-k400']),
          ...extra,
        }),
      writeCaptions: (extra) => captioning(extra).next(),
    },
  });
  for (const { name, run } of checks) it(name, run);
});
