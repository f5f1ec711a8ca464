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

describe('an abort', () => {
  const reason = new Error('stopped by hand');
  let stop: AbortController;
  beforeEach(() => {
    stop = new AbortController();
  });
  /** Is stopped while somebody waits for it. */
  const stoppedSilence = (): Promise<never> => {
    setTimeout(() => stop.abort(reason), 20);
    return silence;
  };
  async function* endingInSilence(): AsyncGenerator<TestVideo> {
    yield* examplesOf(6);
    await stoppedSilence();
  }
  const readingForEver: SampledExamples = {
    ...sampled(10).examples,
    async *read(from, to) {
      if (from > 0) await stoppedSilence();
      yield* sampled(10).examples.read(from, to);
    },
  };
  let passes = 0;
  const silentAfterFive = counting(1, undefined, {
    features: () => (++passes > 5 ? stoppedSilence() : Float32Array.of(1)),
  });
  it.each<[string, Partial<WriteFeaturesOptions>]>([
    ['a stream', { examples: endingInSilence() }],
    ['samples that are read', { examples: readingForEver }],
    ['a representation', { representations: { silentAfterFive } }],
  ])('ends a wait for %s that never answers, and keeps whole shards', async (_, change) => {
    await expect(write({ ...change, signal: stop.signal })).rejects.toBe(reason);
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
