import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  encoderRepresentation,
  extractFeatures,
  pixelRepresentation,
  readFeatures,
  teacherRepresentation,
  type WriteFeaturesOptions,
  writeFeatures,
} from '@tgm/eval';
import { seededRandom } from '@tgm/masking';
import { clipModelTeacher, inOrder, videoExamples } from '@tgm/train';
import { figure } from '../figure.js';
import type { Row } from '../row.js';
import { FRAME_COUNT, SIZE, wholeVideo } from '../settings.js';
import type { World } from '../world.js';

const SHARD = 16;
/** Samples behind which the first run is stopped, in its second shard. */
const STOP = 24;

/** Writes features of the test videos twice, once in two runs, and compares files and numbers. */
async function writeAndRead(world: World): Promise<string> {
  const { engine, model, test: dataset, pool, signal } = world;
  const params = model.init(seededRandom('mission', 'features'));
  try {
    const options = (name: string): WriteFeaturesOptions => ({
      folder: join(world.folder, 'features', name),
      examples: inOrder(videoExamples({ dataset, pool, recipe: wholeVideo() })),
      representations: {
        encoder: encoderRepresentation({ engine, model, params, batchSize: 8 }),
        clip: teacherRepresentation({
          teacher: clipModelTeacher({ ...world.clipModel, engine, student: model }),
        }),
        pixels: pixelRepresentation({ frameCount: FRAME_COUNT, ...SIZE, cells: 2 }),
      },
      shardSize: SHARD,
      signal,
    });
    const stop = new AbortController();
    const onProgress = ({ done }: { readonly done: number }) => done === STOP && stop.abort();
    await writeFeatures({ ...options('stopped'), signal: stop.signal, onProgress }).catch(
      (error: unknown) => {
        if (!stop.signal.aborted) throw error;
      },
    );
    let made = 0;
    const count = ({ fresh }: { readonly fresh: number }) => {
      made = fresh;
    };
    await writeFeatures({ ...options('stopped'), onProgress: count });
    await writeFeatures(options('whole'));
    const { folder } = options('stopped');
    const same = (await filesOf(folder)) === (await filesOf(options('whole').folder));

    const all = await readFeatures(folder);
    const { values } = await readFeatures(folder, { parts: ['encoder'] });
    const clips = world.testClips.map(({ frames }) => frames);
    const memory = await extractFeatures({ engine, model, params, clips, batchSize: 8 });
    const equal = values.length === memory.values.length && values.every((x, at) => x === memory.values[at]);
    return figure(
      `${all.count} x ${all.width}, ${made} of them by a run that went on: ${same ? 'the same' : 'other'} bytes as in one go, ` +
        `${equal ? 'equal to' : 'other than'} extractFeatures`,
      same && equal && made === all.count - SHARD,
      'the same bytes, the same numbers, and no whole shard made again',
    );
  } finally {
    tf.dispose(params);
  }
}

/** All files of a folder as one text. */
async function filesOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')));
  return JSON.stringify([names, files]);
}

export const featureRows: readonly Row[] = [
  {
    name: 'frozen features as files',
    part: 'protocol',
    runs: 'writeFeatures of inOrder, encoder beside CLIP and pixels; readFeatures',
    run: writeAndRead,
  },
];
