import {
  readDiving48,
  readEpicKitchens,
  readHmdb51,
  readInternVid,
  readKinetics,
  readMsrVtt,
  readMsrVttPairs,
  readSomethingSomething,
  readUcf101,
} from '@tgm/video-io';
import {
  classes,
  labels,
  numberIn,
  numbers,
  paths,
  readBack,
  sortedLabels,
  written,
} from '../dataset-files.js';
import type { Row } from '../row.js';

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
      // Numbered by their sorted names, one video of each.
      return readBack(world, await readHmdb51(at('.'), given), labels);
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
];
