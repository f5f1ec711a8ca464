import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import { randomSliceMasking, textGuidedMasking } from '@tgm/masking';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEXT_WIDTH, tinyModel } from '../objectives/tiny-batch.test-support.js';
import { noiseSource } from './noise-source.test-support.js';

// Threads cannot load TypeScript: what is under test is built.
const { maskedBatches, maskedObjective, shuffled } = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof import('../index.js');

const model = tinyModel();

const batchesWith = (threads: number) =>
  maskedBatches({
    model,
    examples: shuffled(noiseSource()),
    masking: textGuidedMasking({ ratio: 0.5 }),
    views: { contrast: { masking: randomSliceMasking({ ratio: 0.5 }) } },
    needs: maskedObjective({
      model,
      losses: [
        { loss: reconstructionLoss(), weight: 1 },
        { loss: contrastiveLoss({ view: 'contrast' }), weight: 1 },
      ],
      textWidth: TEXT_WIDTH,
    }).needs,
    batchSize: 4,
    seed: 3,
    threads,
  });

/** The numbers of the next batches, each of which is used and given back before the next one. */
async function numbersWith(
  threads: number,
  count: number,
  after?: Parameters<ReturnType<typeof batchesWith>['open']>[0],
) {
  const stream = await batchesWith(threads).open(after);
  const made: { readonly numbers: unknown; readonly after: typeof after }[] = [];
  for (let batch = 0; batch < count; batch++) {
    const { tensors, ids, after: place, release } = (await stream.next())!;
    const all = [...flat(tensors)].map((tensor) => Array.from(tensor.dataSync()));
    made.push({ numbers: [ids, all], after: place });
    tf.dispose(tensors as never);
    release();
  }
  await stream.close();
  return made;
}

function* flat(tree: object): Generator<tf.Tensor> {
  for (const value of Object.values(tree)) {
    if (value instanceof tf.Tensor) yield value;
    else yield* flat(value);
  }
}

describe('batches that threads fill', { timeout: 60_000 }, () => {
  it('are the same for any number of threads, and go on from any place', async () => {
    const alone = await numbersWith(0, 7);
    for (const threads of [1, 3]) {
      expect(await numbersWith(threads, 7)).toEqual(alone);
      expect(await numbersWith(threads, 3, alone[3]!.after)).toEqual(alone.slice(4));
    }
  });

  it('describe themselves alike', async () => {
    expect(await batchesWith(2).describe()).toEqual(await batchesWith(0).describe());
  });

  it('leave nothing behind when the stream is closed in the midst of them', async () => {
    const before = tf.memory().numTensors;
    const stream = await batchesWith(3).open();
    const { tensors } = (await stream.next())!;
    tf.dispose(tensors as never);
    const pending = Promise.allSettled([stream.next(), stream.next()]);
    await stream.close();
    for (const outcome of await pending) {
      if (outcome.status === 'fulfilled') tf.dispose(outcome.value!.tensors as never);
    }
    await expect(stream.next()).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a program that uses threads', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tgm-program-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('ends by itself, whether or not it closes the stream', { timeout: 120_000 }, async () => {
    const url = (name: string) => JSON.stringify(import.meta.resolve(name));
    for (const end of ['await stream.close();', '']) {
      const path = join(folder, 'program.mjs');
      writeFileSync(
        path,
        `import { videoMae } from ${url('@tgm/models')};
         import { randomMasking } from ${url('@tgm/masking')};
         import { reconstructionLoss } from ${url('@tgm/losses')};
         const { maskedBatches, maskedObjective, shuffled } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)});
         const model = videoMae(${JSON.stringify(tinyModel().config)});
         const { numFrames, imageSize } = model.config;
         const source = {
           length: 3,
           id: (index) => String(index),
           describe: () => ({ is: 'grey' }),
           load: async (index) => [
             { id: String(index), frames: new Uint8Array(numFrames * imageSize * imageSize * 3), cues: {} },
           ],
         };
         const stream = await maskedBatches({
           model,
           examples: shuffled(source),
           masking: randomMasking({ ratio: 0.5 }),
           needs: maskedObjective({ model, losses: [{ loss: reconstructionLoss(), weight: 1 }] }).needs,
           batchSize: 2,
           seed: 0,
           threads: 2,
         }).open();
         console.log((await stream.next()).ids.length);
         ${end}`,
      );
      const { stdout } = await promisify(execFile)(process.execPath, [path], { timeout: 60_000 });
      expect(stdout.trim().split('\n').at(-1)).toBe('2');
    }
  });
});
