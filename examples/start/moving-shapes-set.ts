import { join } from 'node:path';
import { progress } from '@tgm/cli/program';
import { readManifest } from '@tgm/video-io';
import {
  ACTIONS,
  type ClipRow,
  FRAME_SIZE,
  makeMovingShapes,
  manifestPath,
  readRows,
  renderScene,
  sceneOf,
  tokenCoverage,
} from '../moving-shapes/index.js';
import { MODEL } from './settings.js';
import type { VideoSet } from './source.js';

export interface MovingShapesOptions {
  /** Folder of all data sets. */
  readonly data: string;
  readonly quick: boolean;
  readonly seed: number;
  readonly workers: number;
  readonly signal: AbortSignal;
}

/** Source frames from one sampled frame to the next: the clip is all of the video. */
const STRIDE = 2;
const CLIP_FRAMES = Array.from({ length: MODEL.numFrames }, (_, frame) => STRIDE * frame);

const FULL = { train: 2000, test: 500 };
/** A whole number of clips for each of the twelve actions. */
const QUICK = { train: 192, test: 96 };

/** Makes Moving Shapes where it is not there yet, and opens it. */
export async function movingShapesSet(options: MovingShapesOptions): Promise<VideoSet> {
  const { train, test } = options.quick ? QUICK : FULL;
  const folder = join(options.data, `moving-shapes-${options.quick ? 'quick-' : ''}${options.seed}`);
  const shown = progress('render and encode', train + test, 'clips');
  const { made, damaged } = await makeMovingShapes({
    folder,
    train,
    test,
    seed: options.seed,
    workers: options.workers,
    signal: options.signal,
    onProgress: ({ done }) => shown.update(done),
  });
  const again = damaged > 0 ? `, ${damaged} damaged files made again` : '';
  shown.end(made ? `${folder}${again}` : `already in ${folder}`);
  const rows = await readRows(folder, 'test');
  const boxes = new Map(rows.map((row) => [row.id, row.boxes]));
  return {
    name: 'Moving Shapes',
    train: await readManifest(manifestPath(folder, 'train')),
    test: await readManifest(manifestPath(folder, 'test')),
    classes: ACTIONS,
    stride: STRIDE,
    clipsPerVideo: 1,
    subsets: {
      still: idsOf(rows.filter((row) => row.still)),
      moving: idsOf(rows.filter((row) => !row.still)),
      drift: idsOf(rows.filter((row) => row.drift)),
    },
    meanings: new Map(rows.map(({ id, colour, shape, action }) => [id, `${colour} ${shape} ${action}`])),
    objects: {
      frameSize: FRAME_SIZE,
      boxes: (id) => boxes.get(id) ?? [],
      coverage(id) {
        const scene = sceneOf({
          seed: options.seed,
          split: 'test',
          index: rows.findIndex((row) => row.id === id),
        });
        return tokenCoverage(renderScene(scene, CLIP_FRAMES).coverage, MODEL.tubeletSize);
      },
    },
    facts: {
      videos: `${train} to train, ${test} to test: H.264, 128 x 128, 16 frames`,
      captions: '3 a video, naming the object by colour, shape and action',
      classes: ACTIONS.length,
      'named object at rest': `${share(rows.map((row) => row.still))} of the test videos`,
      'moving camera': `${share(rows.map((row) => row.drift))} of the test videos`,
    },
  };
}

const idsOf = (rows: readonly ClipRow[]): ReadonlySet<string> => new Set(rows.map((row) => row.id));

const share = (members: readonly boolean[]): string =>
  `${Math.round((100 * members.filter(Boolean).length) / members.length)} %`;
