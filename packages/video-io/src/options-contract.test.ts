import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionsContract } from '@tgm/options/testing';
import { seededRandom } from '@tgm/random';
import { afterAll, beforeAll, describe, it } from 'vitest';
import * as videoIo from './index.js';
import { directPool } from './pool/direct-pool.test-support.js';

const size = { width: 32, height: 32 };
const random = () => seededRandom('contract');
const frames = () => new Uint8Array(2 * 32 * 32 * 3);
let folder: string;
let video: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-contract-'));
  video = join(folder, 'a.mp4');
  await videoIo.encodeVideo(video, frames(), { ...size, fps: 25 });
  const files = {
    'a.jsonl': '{"id":"a","path":"a.mp4"}',
    'a.csv': 'file\na.mp4\n',
    'kinetics.csv': 'label,youtube_id,time_start,time_end\nrun,a,0,10\n',
    'epic.csv': `narration_id,participant_id,video_id,start_timestamp,stop_timestamp\nx,P01,P01_01,00:00:01,00:00:02\n`,
    'intern.jsonl': '{"YoutubeID":"a","Start_timestamp":"00:00:01","End_timestamp":"00:00:02","Caption":"c"}',
    'pairs.csv': 'video_id,sentence\nv1,one\n',
    'msr.json': '{"videos": [{"video_id": "v1", "category": 1}], "sentences": []}',
    'something.json': '[{"id": "1"}]',
    'labels.json': '{"Holding something": "0"}',
    'diving.json': '[{"vid_name": "a", "label": 0}]',
    'vocab.json': '[["Back", "15som"]]',
    'list.txt': 'Run/a.avi 1\n',
    'classInd.txt': '1 Run\n',
    'run_test_split1.txt': 'a.avi 1\n',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  await videoIo.writeShard(join(folder, 'a.tar'), [{ key: '0', files: { mp4: frames() } }]);
});
afterAll(() => rm(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
const videos = '/v';
const sampling = { kind: 'segments' } as const;
const one = () => videoIo.datasetOf('one', [{ id: 'a', source: video, captions: [] }]);
const recipe = videoIo.pretrainingRecipe({ stride: 1, frameCount: 2, size });
const loader = (extra: object) =>
  videoIo.clipLoader({
    dataset: one(),
    pool: directPool(),
    recipe,
    seed: 0,
    epochs: 1,
    badSamples: { kind: 'fail' },
    ...extra,
  });

const calls: Record<string, (extra: object) => unknown> = {
  clipBatches: (extra) => videoIo.clipBatches(loader({}), { samples: 1, ...extra }).next(),
  broadNarrowViews: (extra) => videoIo.broadNarrowViews({ stride: 1, ...extra }),
  clipLoader: loader,
  colourJitter: (extra) => videoIo.colourJitter(frames(), size, random(), extra),
  cvrlViews: (extra) => videoIo.cvrlViews({ stride: 1, ...extra }),
  decodeClip: (extra) => videoIo.decodeClip(video, { indices: [0], size, ...extra }),
  denseIndices: (extra) => videoIo.denseIndices({ frameCount: 9, count: 2, stride: 1, ...extra }),
  denseViews: (extra) => videoIo.denseViews({ frameCount: 9, count: 2, stride: 1, ...extra }, 2),
  encodeAnimation: (extra) =>
    videoIo.encodeAnimation(file('c.gif'), frames(), { ...size, fps: 25, ...extra }),
  encodeVideo: (extra) => videoIo.encodeVideo(file('b.mp4'), frames(), { ...size, fps: 25, ...extra }),
  estimateMotion: (extra) =>
    videoIo.estimateMotion(
      {
        frames: frames(),
        indices: Uint32Array.of(0, 1),
        geometry: { source: size, size, crop: { x: 0, y: 0, ...size } },
      },
      extra,
    ),
  fineTuningRecipe: (extra) => videoIo.fineTuningRecipe({ sampling, flip: false, ...extra }),
  interIntraViews: (extra) => videoIo.interIntraViews({ stride: 1, ...extra }),
  longShortViews: (extra) => videoIo.longShortViews({ short: 1, long: 2, ...extra }),
  mixBatch: (extra) =>
    videoIo.mixBatch({ ...size, pixels: frames(), targets: new Float32Array(2), count: 2 }, random(), extra),
  prepareShards: (extra) =>
    videoIo
      .prepareShards({
        dataset: one(),
        output: file('shards'),
        pool: directPool(),
        encoding: { shortSide: 32 },
        ...extra,
      })
      .next(),
  pretrainingRecipe: (extra) => videoIo.pretrainingRecipe({ stride: 1, ...extra }),
  probeVideo: (extra) => videoIo.probeVideo(video, extra),
  randAugment: (extra) => videoIo.randAugment(frames(), size, random(), extra),
  randomErasing: (extra) => videoIo.randomErasing(frames(), size, random(), extra),
  randomResizedCrop: (extra) => videoIo.randomResizedCrop(size, random(), extra),
  readCsvManifest: (extra) => videoIo.readCsvManifest(file('a.csv'), extra),
  readDiving48: (extra) =>
    videoIo.readDiving48(file('diving.json'), { videos, vocabulary: file('vocab.json'), ...extra }),
  readEpicKitchens: (extra) =>
    videoIo.readEpicKitchens(file('epic.csv'), { videos, label: 'verb', ...extra }),
  readHmdb51: (extra) => videoIo.readHmdb51(folder, { videos, split: 1, part: 'train', ...extra }),
  readInternVid: (extra) => videoIo.readInternVid(file('intern.jsonl'), { videos, ...extra }),
  readKinetics: (extra) => videoIo.readKinetics(file('kinetics.csv'), { videos, layout: 'flat', ...extra }),
  readManifest: (extra) => videoIo.readManifest(file('a.jsonl'), extra),
  readMsrVtt: (extra) => videoIo.readMsrVtt(file('msr.json'), { videos, ...extra }),
  readMsrVttPairs: (extra) => videoIo.readMsrVttPairs(file('pairs.csv'), { videos, ...extra }),
  readShards: (extra) => videoIo.readShards([file('a.tar')], { cache: file('cache'), ...extra }),
  readSomethingSomething: (extra) =>
    videoIo.readSomethingSomething(file('something.json'), { videos, labels: file('labels.json'), ...extra }),
  readTimeline: (extra) => videoIo.readTimeline(video, extra),
  readUcf101: (extra) =>
    videoIo.readUcf101(file('list.txt'), { videos, classes: file('classInd.txt'), ...extra }),
  readVideoFolder: (extra) => videoIo.readVideoFolder(folder, extra),
  sampleLoader: (extra) => videoIo.sampleLoader({ pool: directPool(), recipe, ...extra }),
  segmentIndices: (extra) => videoIo.segmentIndices({ frameCount: 9, count: 2, ...extra }),
  segmentViews: (extra) => videoIo.segmentViews({ frameCount: 9, count: 2, ...extra }, 2),
  testRecipe: (extra) => videoIo.testRecipe({ sampling, clips: 1, crops: 1, ...extra }),
  viewsRecipe: (extra) => videoIo.viewsRecipe({ views: videoIo.cvrlViews({ stride: 1 }), ...extra }),
  videoPool: (extra) => videoIo.videoPool({ workers: 1, ...extra }),
};

describe('options', () => {
  const declarations = `${import.meta.dirname}/../dist`;
  for (const { name, run } of optionsContract({ module: videoIo, declarations, calls })) it(name, run);
});
