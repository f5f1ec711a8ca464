import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import {
  prepareShards,
  readCsvManifest,
  readDiving48,
  readEpicKitchens,
  readHmdb51,
  readInternVid,
  readKinetics,
  readManifest,
  readMsrVtt,
  readMsrVttPairs,
  readShards,
  readSomethingSomething,
  readUcf101,
  readVideoFolder,
  sampleLoader,
  type VideoDataset,
} from '@tgm/video-io';
import { ACTIONS } from '../../moving-shapes/index.js';
import { figure } from '../figure.js';
import type { Row } from '../row.js';
import { wholeVideo } from '../settings.js';
import type { World } from '../world.js';

/** Videos of a data set. */
const COUNT = 6;

/** Writes annotation files into a folder of the row's own, in the published form. */
async function written(world: World, name: string, files: Readonly<Record<string, string>>) {
  const folder = join(world.folder, 'data sets', name);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return (file: string): string => join(folder, file);
}

/** The published path of a video leads to one of the world's files, by its number in `numberOf`. */
const paths = ({ videos }: World, numberOf: (file: string, id: string) => number) => ({
  videos: join(videos, 'train'),
  path: (file: string, id: string): string => `${String(numberOf(file, id)).padStart(5, '0')}.mp4`,
});

const numberIn = (text: string): number => Number(/(\d+)(?:\.\w+)?$/.exec(text)![1]);

/** Decodes all samples of a data set, and compares what it says of them with what is expected. */
async function readBack(
  { pool }: World,
  dataset: VideoDataset,
  expected: readonly { readonly label?: unknown; readonly captions?: readonly string[] }[],
): Promise<string> {
  const clipsOf = sampleLoader({ pool, recipe: wholeVideo() });
  let frames = 0;
  let right = 0;
  for (const [index, { label, captions = [] }] of expected.entries()) {
    const sample = await dataset.at(index);
    const [clip] = await clipsOf(sample, seededRandom('mission', sample.id));
    frames += clip!.indices.length;
    const { start = 0, end = Number.POSITIVE_INFINITY } = sample;
    const inSection = clip!.times.every((time) => time >= start && time < end);
    const same =
      inSection && JSON.stringify([sample.label, sample.captions]) === JSON.stringify([label, captions]);
    if (same) right += 1;
  }
  const says =
    expected[0]!.label === undefined ? 'captions' : expected[0]!.captions ? 'labels and captions' : 'labels';
  return figure(
    `${dataset.length} samples, ${says} of ${right} as written, ${frames} frames decoded`,
    dataset.length === expected.length && right === expected.length && frames === 8 * expected.length,
    'all samples as written, 8 frames of each',
  );
}

const numbers = Array.from({ length: COUNT }, (_, at) => at);
/** Of the first videos: action i is label i. */
const classes = ACTIONS.slice(0, COUNT);
const sorted = [...classes].sort();
const sortedLabels = classes.map((name) => ({ label: sorted.indexOf(name) }));
const labels = numbers.map((label) => ({ label }));

/** Published forms of annotations, written for the world's videos and read. */
export const datasetRows: readonly Row[] = [
  {
    name: 'Kinetics-400',
    part: 'data set',
    runs: 'readKinetics, train.csv',
    async run(world) {
      const lines = classes.map((name, at) => `${name},-video_${at},${at},${at + 10},train,0`);
      const at = await written(world, 'kinetics', {
        'train.csv': `label,youtube_id,time_start,time_end,split,is_cc\n${lines.join('\n')}\n`,
      });
      const given = paths(world, (_, id) => Number(/_(\d+)_\d{6}_\d{6}$/.exec(id)![1]));
      return readBack(world, await readKinetics(at('train.csv'), { ...given, layout: 'flat' }), sortedLabels);
    },
  },
  {
    name: 'Something-Something V2',
    part: 'data set',
    runs: 'readSomethingSomething, train.json and labels.json',
    async run(world) {
      const entries = classes.map((name, at) => ({
        id: `${at}`,
        label: `moving a cup ${name}`,
        template: `Moving [something] ${name}`,
        placeholders: ['a cup'],
      }));
      const names = Object.fromEntries(classes.map((name, at) => [`Moving something ${name}`, `${at}`]));
      const at = await written(world, 'ssv2', {
        'train.json': JSON.stringify(entries),
        'labels.json': JSON.stringify(names),
      });
      const given = { ...paths(world, numberIn), labels: at('labels.json') };
      return readBack(
        world,
        await readSomethingSomething(at('train.json'), given),
        entries.map(({ label: caption }, label) => ({ label, captions: [caption] })),
      );
    },
  },
  {
    name: 'UCF101',
    part: 'data set',
    runs: 'readUcf101, classInd.txt and trainlist01.txt',
    async run(world) {
      const at = await written(world, 'ucf101', {
        'classInd.txt': classes.map((name, label) => `${label + 1} ${name}\n`).join(''),
        'trainlist01.txt': classes
          .map((name, label) => `${name}/v_${name}_g08_c${label}.avi ${label + 1}\n`)
          .join(''),
      });
      const given = {
        ...paths(world, (file) => Number(/_c(\d+)\.avi$/.exec(file)![1])),
        classes: at('classInd.txt'),
      };
      return readBack(world, await readUcf101(at('trainlist01.txt'), given), labels);
    },
  },
  {
    name: 'HMDB51',
    part: 'data set',
    runs: 'readHmdb51, a split file a class',
    async run(world) {
      const files = classes.map((name, at) => [
        `${name}_test_split1.txt`,
        `clip_${at}.avi 1 \nother_${at}.avi 2 \n`,
      ]);
      const at = await written(world, 'hmdb51', Object.fromEntries(files));
      const given = { ...paths(world, numberIn), split: 1, part: 'train' } as const;
      const order = classes
        .map((name) => classes.indexOf(name))
        .sort((a, b) => (classes[a]! < classes[b]! ? -1 : 1));
      return readBack(
        world,
        await readHmdb51(at('.'), given),
        order.map((_, label) => ({ label })),
      );
    },
  },
  {
    name: 'Diving48',
    part: 'data set',
    runs: 'readDiving48, V2 train and vocabulary',
    async run(world) {
      const entries = numbers.map((label) => ({
        vid_name: `dive_${label}`,
        label,
        start_frame: 0,
        end_frame: 15,
      }));
      const at = await written(world, 'diving48', {
        'Diving48_V2_train.json': JSON.stringify(entries),
        'Diving48_vocab.json': JSON.stringify(classes.map((name) => ['Back', '15som', 'NoTwis', name])),
      });
      const given = { ...paths(world, numberIn), vocabulary: at('Diving48_vocab.json') };
      return readBack(world, await readDiving48(at('Diving48_V2_train.json'), given), labels);
    },
  },
  {
    name: 'EPIC-Kitchens-100',
    part: 'data set',
    runs: 'readEpicKitchens, verbs and nouns of sections',
    async run(world) {
      const columns =
        'narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes';
      const lines = numbers.map(
        (at) =>
          `P01_01_${at},P01,P01_${at},00:00:00.00,00:00:00.00,00:00:00.75,1,12,open door,open,${at},door,7,['door'],[7]`,
      );
      const at = await written(world, 'epic', { 'EPIC_100_train.csv': [columns, ...lines, ''].join('\n') });
      return readBack(
        world,
        await readEpicKitchens(at('EPIC_100_train.csv'), paths(world, numberIn)),
        numbers.map((verb) => ({ label: { verb, noun: 7 }, captions: ['open door'] })),
      );
    },
  },
  {
    name: 'InternVid',
    part: 'data set',
    runs: 'readInternVid, JSONL of captioned sections',
    async run(world) {
      const lines = numbers.map((at) =>
        JSON.stringify({
          YoutubeID: `video_${at}`,
          Start_timestamp: '00:00:00.250',
          End_timestamp: '00:00:00.875',
          Caption: `a ${classes[at]}`,
          UMT_Score: 0.41,
          Aesthetic_Score: 4.6,
        }),
      );
      const at = await written(world, 'internvid', { 'InternVid-10M.jsonl': `${lines.join('\n')}\n` });
      return readBack(
        world,
        await readInternVid(at('InternVid-10M.jsonl'), paths(world, numberIn)),
        classes.map((name) => ({ captions: [`a ${name}`] })),
      );
    },
  },
  {
    name: 'MSR-VTT',
    part: 'data set',
    runs: 'readMsrVtt, several captions a video',
    async run(world) {
      const videos = numbers.map((at) => ({ video_id: `video${at}`, category: at, split: 'train' }));
      const captions = classes.map((name) => [`a ${name}`, `the ${name}`]);
      const sentences = captions.flatMap((each, at) =>
        each.map((caption) => ({ video_id: `video${at}`, caption })),
      );
      const at = await written(world, 'msr-vtt', {
        'train_val_videodatainfo.json': JSON.stringify({ videos, sentences }),
      });
      return readBack(
        world,
        await readMsrVtt(at('train_val_videodatainfo.json'), paths(world, numberIn)),
        captions.map((each, label) => ({ label, captions: each })),
      );
    },
  },
  {
    name: 'MSR-VTT 1k-A',
    part: 'data set',
    runs: 'readMsrVttPairs, MSRVTT_JSFUSION_test.csv',
    async run(world) {
      const lines = classes.map((name, at) => `ret${at},msr${at},video${at},a ${name}`);
      const at = await written(world, 'msr-vtt', {
        'MSRVTT_JSFUSION_test.csv': `key,vid_key,video_id,sentence\n${lines.join('\n')}\n`,
      });
      return readBack(
        world,
        await readMsrVttPairs(at('MSRVTT_JSFUSION_test.csv'), paths(world, numberIn)),
        classes.map((name) => ({ captions: [`a ${name}`] })),
      );
    },
  },
  {
    name: 'JSONL manifests',
    part: 'data set',
    runs: 'readManifest',
    async run(world) {
      const rows = world.trainRows.slice(0, COUNT);
      const lines = rows.map(({ id, label, captions }) =>
        JSON.stringify({ id, label, captions, path: join(world.videos, `${id}.mp4`) }),
      );
      const at = await written(world, 'manifest', { 'manifest.jsonl': `${lines.join('\n')}\n` });
      return readBack(world, await readManifest(at('manifest.jsonl')), rows);
    },
  },
  {
    name: 'CSV manifests',
    part: 'data set',
    runs: 'readCsvManifest',
    async run(world) {
      const lines = classes.map(
        (name, at) => `${join(world.videos, 'train', `0000${at}.mp4`)},"a ""big"" ${name}",${name}`,
      );
      const at = await written(world, 'csv', { 'manifest.csv': `file,caption,label\n${lines.join('\n')}\n` });
      return readBack(
        world,
        await readCsvManifest(at('manifest.csv')),
        classes.map((name, index) => ({ ...sortedLabels[index], captions: [`a "big" ${name}`] })),
      );
    },
  },
  {
    name: 'folders of videos',
    part: 'data set',
    runs: 'readVideoFolder',
    async run(world) {
      const dataset = await readVideoFolder(join(world.videos, 'test'));
      const samples = await Promise.all(world.testRows.map((_, at) => dataset.at(at)));
      const names = samples.map(({ source }) => basename(source));
      const right = names.join() === world.testRows.map(({ path }) => basename(path)).join();
      return figure(
        `${dataset.length} videos in the order of their names`,
        right,
        'every file once, in order',
      );
    },
  },
  {
    name: 'WebDataset shards',
    part: 'data set',
    runs: 'prepareShards, readShards',
    async run(world) {
      const output = join(world.folder, 'shards');
      const rows = world.testRows;
      const { pool, test: dataset } = world;
      for await (const { report } of prepareShards({ dataset, pool, output, samplesPerShard: 24 })) {
        if (report.refused.length > 0) throw new Error(`refused: ${JSON.stringify(report.refused)}`);
      }
      const tars = (await readdir(output)).filter((name) => name.endsWith('.tar')).sort();
      const shards = tars.map((name) => join(output, name));
      const cached = await readShards(shards, { cache: join(world.folder, 'shard cache') });
      const read = await readBack(world, cached, rows);
      return figure(`${tars.length} tar files; ${read}`, tars.length === 2, '2 shards of 24 samples');
    },
  },
];
