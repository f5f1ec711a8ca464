import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import {
  datasetOf,
  readCsvManifest,
  readManifest,
  readVideoFolder,
  type VideoDataset,
  type VideoSample,
} from '@tgm/video-io';
import { ProgramError } from '../program/errors.js';
import type { Command } from './command-line.js';
import { oneLabel } from './one-label.js';
import type { VideoSet } from './source.js';

/** Clips of a run of one's own videos: about as many as the demo trains on need more time than they tell. */
const CLIPS_WANTED = 512;
const CLIPS_PER_VIDEO_AT_MOST = 8;

/** Every fifth video is kept for the test where all have labels. */
const TEST_EVERY = 5;

/** With fewer videos of a class than this, a probe says nothing. */
const VIDEOS_PER_CLASS = 10;

/** Endings of a manifest; any other file is taken for a video or a slip. */
const MANIFEST_ENDINGS = ['.jsonl', '.json', '.ndjson', '.csv'];

/** Manifests by which a folder may describe its videos. */
const MANIFESTS = ['manifest.jsonl', 'manifest.csv'];

/** Opens a folder of videos or a manifest. Every video needs a caption. */
export async function ownVideosSet(path: string, command: Command): Promise<VideoSet> {
  const all = await open(path, command.caption);
  const samples: VideoSample[] = [];
  for (let index = 0; index < all.length; index++) samples.push(await all.at(index));
  const silent = samples.filter((sample) => sample.captions.length === 0);
  if (silent.length > 0) {
    throw new ProgramError('VIDEOS_INVALID', {
      where: path,
      expected: 'a caption for every video, which text-guided masking needs',
      received: `${silent.length} of ${samples.length} without one, the first "${silent[0]!.id}"`,
      advice:
        'Give it in the manifest ("captions"), in a .txt file beside the video, or for all that have none by --caption "…".',
    });
  }
  const { note, test } = testSplit(samples);
  const held = new Set(test);
  const train = samples.filter((sample) => !held.has(sample));
  const clipsPerVideo = Math.min(
    CLIPS_PER_VIDEO_AT_MOST,
    Math.max(1, Math.round(CLIPS_WANTED / train.length)),
  );
  const labels = [...new Set(samples.flatMap((sample) => oneLabel(sample) ?? []))].sort((a, b) => a - b);
  const names: readonly (string | undefined)[] = Array.isArray(all.classes) ? all.classes : [];
  const numbered = (name: string, part: readonly VideoSample[]): VideoDataset =>
    datasetOf(
      name,
      part.map((sample) => {
        const label = oneLabel(sample);
        return label === undefined ? sample : { ...sample, label: labels.indexOf(label) };
      }),
    );
  return {
    name: basename(path),
    train: numbered('train', train),
    ...(test.length > 0
      ? {
          test: numbered('test', test),
          classes: labels.map((label) => names[label] ?? `class ${label}`),
        }
      : {}),
    stride: 4,
    clipsPerVideo,
    ...(note ? { note } : {}),
    facts: {
      videos: samples.length,
      captions: samples.reduce((sum, sample) => sum + sample.captions.length, 0),
      'clips per video': `up to ${clipsPerVideo}`,
    },
  };
}

async function open(path: string, caption: string | undefined): Promise<VideoDataset> {
  const found = await stat(path).catch(() => undefined);
  const ending = extname(path).toLowerCase();
  const refuse = (what: string): never => {
    throw new ProgramError('INPUT_INVALID', {
      where: 'npm start, option videos',
      expected: 'a folder of videos, or a manifest (.jsonl or .csv)',
      received: `${path}, ${what}`,
    });
  };
  if (!found) return refuse('which is not there');
  if (!(found.isDirectory() || MANIFEST_ENDINGS.includes(ending))) return refuse('which is neither');
  const manifest = found.isDirectory() ? MANIFESTS.map((name) => join(path, name)).find(existsSync) : path;
  if (manifest === undefined) return readVideoFolder(path, { caption });
  const read = extname(manifest).toLowerCase() === '.csv' ? readCsvManifest : readManifest;
  return withCaption(await read(manifest), caption);
}

async function withCaption(dataset: VideoDataset, caption: string | undefined): Promise<VideoDataset> {
  if (caption === undefined) return dataset;
  const samples: VideoSample[] = [];
  for (let index = 0; index < dataset.length; index++) {
    const sample = await dataset.at(index);
    samples.push(sample.captions.length > 0 ? sample : { ...sample, captions: [caption] });
  }
  return datasetOf(dataset.name, samples, dataset.classes);
}

function testSplit(samples: readonly VideoSample[]): { test: VideoSample[]; note?: string } {
  const unlabelled = samples.filter((sample) => oneLabel(sample) === undefined).length;
  if (unlabelled > 0) {
    return { test: [], note: `No evaluation: ${unlabelled} of ${samples.length} videos have no label.` };
  }
  const perClass = new Map<number, number>();
  for (const label of samples.map(oneLabel)) perClass.set(label!, (perClass.get(label!) ?? 0) + 1);
  const fewest = Math.min(...perClass.values());
  if (perClass.size < 2 || fewest < VIDEOS_PER_CLASS) {
    return {
      test: [],
      note: `No evaluation: a probe needs at least two classes of ${VIDEOS_PER_CLASS} videos; there are ${perClass.size}, the smallest of ${fewest}.`,
    };
  }
  const seen = new Map<number, number>();
  return {
    test: samples.filter((sample) => {
      const label = oneLabel(sample)!;
      const count = (seen.get(label) ?? 0) + 1;
      seen.set(label, count);
      return count % TEST_EVERY === 0;
    }),
  };
}
