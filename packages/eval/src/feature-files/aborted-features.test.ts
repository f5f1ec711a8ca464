import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TestVideo } from '../test-video.js';
import type { SampledExamples } from './feature-examples.js';
import { examplesOf } from './feature-files.test-support.js';
import { counting, featureFolders, sampled } from './feature-folders.test-support.js';
import type { WriteFeaturesOptions } from './write-features.js';

const { folder: current, write } = featureFolders();
let folder: string;
beforeEach(() => {
  folder = current();
});

/** Never answers. */
const silence = new Promise<never>(() => undefined);

async function* endingIn(silent: Promise<never>): AsyncGenerator<TestVideo> {
  yield* examplesOf(6);
  await silent;
}

describe('an abort', () => {
  const reason = new Error('stopped by hand');
  const readingForEver: SampledExamples = {
    ...sampled(10).examples,
    async *read(from, to) {
      if (from > 0) await silence;
      yield* sampled(10).examples.read(from, to);
    },
  };
  it.each<[string, number, Partial<WriteFeaturesOptions>]>([
    ['a stream', 6, { examples: endingIn(silence) }],
    ['samples that are read', 4, { examples: readingForEver }],
    [
      'a representation',
      4,
      {
        representations: {
          own: counting(1, undefined, {
            features: (clips) =>
              clips[0]![0] === examplesOf(6)[5]!.frames[0] ? silence : Float32Array.of(1),
          }),
        },
      },
    ],
  ])('ends a wait for %s that never answers, and keeps whole shards', async (_, last, change) => {
    const stop = new AbortController();
    const onProgress = ({ done }: { readonly done: number }) => {
      if (done === last) setTimeout(() => stop.abort(reason), 20);
    };
    const work = write({ ...change, onProgress, signal: stop.signal });
    await expect(work).rejects.toBe(reason);
    // No lock, and no half of a shard.
    expect((await readdir(folder)).sort()).toEqual([
      'index.json',
      'shard-00000.json',
      'shard-00000.safetensors',
    ]);
  });

  it('ends a wait for what examples or representations are', async () => {
    for (const change of [
      { examples: { ...sampled(2).examples, describe: () => silence } },
      { representations: { own: counting(1, undefined, { describe: () => silence }) } },
    ]) {
      const signal = AbortSignal.timeout(20);
      await expect(write({ ...change, signal })).rejects.toMatchObject({ name: 'TimeoutError' });
    }
  });

  it('that came before leaves nothing behind', async () => {
    const into = join(folder, 'none');
    await expect(write({ folder: into, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual([]);
  });

  it('that does not come leaves no listener', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener, signal.removeEventListener].map((method) =>
      method.bind(signal),
    ) as [AbortSignal['addEventListener'], AbortSignal['removeEventListener']];
    signal.addEventListener = (type: string, listener: never) => {
      listeners += 1;
      add(type, listener);
    };
    signal.removeEventListener = (type: string, listener: never) => {
      listeners -= 1;
      remove(type, listener);
    };
    await write({ signal });
    expect(listeners).toBe(0);
  });
});
