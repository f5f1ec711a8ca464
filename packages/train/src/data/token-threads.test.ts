import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { frameTokens, IMAGENET_PIXELS, UNIT_PIXELS } from '@tgm/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TokenJob } from './fill-tokens.js';
import { tokenThreads } from './token-threads.js';

// Threads cannot load TypeScript: the program under test is the built one.
const BUILT = new URL('../../dist/token-worker.js', import.meta.url);

const cut = { imageSize: 16, patchSize: 8, numFrames: 4, tubeletSize: 2 };
const TOKEN = 2 * 8 * 8 * 3;
const BYTES = 4 * 16 * 16 * 3;
const clipOf = (seed: number) => Uint8Array.from({ length: BYTES }, (_, i) => (i * 7 + seed * 31) % 256);

/** Two clips, three tokens of each, in the scale of a model. */
function jobsOf(seed: number, scale = UNIT_PIXELS): TokenJob[] {
  const into = new Float32Array(2 * 3 * TOKEN);
  return [0, 1].map((row) => ({
    frames: clipOf(seed + row),
    indices: Uint32Array.of(row, 3, 6),
    cut,
    scale,
    into,
    offset: row * 3 * TOKEN,
  }));
}

/** What the array of the jobs has to hold. */
const expected = (jobs: readonly TokenJob[]) =>
  jobs.flatMap(({ frames, indices, scale }) => [...frameTokens(frames, cut, indices, scale)]);

describe('tokenThreads', () => {
  it('fills arrays with what the calling thread would, for any number of threads', async () => {
    for (const count of [1, 2, 5]) {
      const threads = tokenThreads(count, BUILT);
      const batches = [1, 2, 3, 4].map((seed) => [...jobsOf(seed), ...jobsOf(seed, IMAGENET_PIXELS)]);
      const hopes = batches.map((jobs) => [expected(jobs.slice(0, 2)), expected(jobs.slice(2))]);
      const filled = await Promise.all(batches.map((jobs) => threads.fill(jobs)));
      batches.forEach((jobs, at) => {
        const values = [jobs[0]!, jobs[2]!].map(({ into }) => [...filled[at]!.get(into)!]);
        expect(values).toEqual(hopes[at]);
      });
      await threads.close();
    }
  });

  it('hands memory over, and takes it again', async () => {
    const threads = tokenThreads(1, BUILT);
    const jobs = jobsOf(1);
    const { into } = jobs[0]!;
    const filling = threads.fill(jobs);
    expect(into.byteLength).toBe(0);
    const filled = (await filling).get(into)!;
    const again = jobsOf(2).map((job) => ({ ...job, into: filled }));
    const hope = expected(again);
    expect([...(await threads.fill(again)).get(filled)!]).toEqual(hope);
    await threads.close();
  });

  it('leaves the clips as they are, in a larger buffer too', async () => {
    const threads = tokenThreads(1, BUILT);
    const whole = new Uint8Array(3 * BYTES).fill(9);
    const frames = whole.subarray(BYTES, 2 * BYTES);
    frames.set(clipOf(5));
    const jobs = [{ ...jobsOf(1)[0]!, frames }];
    const hope = expected(jobs);
    const filled = await threads.fill(jobs);
    expect([...filled.get(jobs[0]!.into)!.subarray(0, 3 * TOKEN)]).toEqual(hope);
    expect(frames).toEqual(clipOf(5));
    await threads.close();
  });

  it('tells what a thread could not do, and goes on', async () => {
    const threads = tokenThreads(1, BUILT);
    const beyond = jobsOf(1).map((job) => ({ ...job, indices: Uint32Array.of(99) }));
    await expect(threads.fill(beyond)).rejects.toMatchObject({
      code: 'THREAD_FAILED',
      received: expect.stringContaining('99'),
    });
    const jobs = jobsOf(2);
    const hope = expected(jobs);
    expect([...(await threads.fill(jobs)).get(jobs[0]!.into)!]).toEqual(hope);
    await threads.close();
  });

  it('refuses what is asked when it is closed', async () => {
    const threads = tokenThreads(2, BUILT);
    const pending = [1, 2, 3].map((seed) => threads.fill(jobsOf(seed)));
    const outcomes = Promise.allSettled(pending);
    await threads.close();
    for (const outcome of await outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'THREAD_FAILED' });
    }
    await expect(threads.fill(jobsOf(1))).rejects.toMatchObject({ code: 'THREAD_FAILED' });
    await threads.close();
  });
});

describe('a thread that dies', () => {
  let folder: string;
  let program: URL;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tgm-threads-'));
    const path = join(folder, 'dying.mjs');
    program = pathToFileURL(path);
    // Dies of its first request unless it asks for the token 7, and of the second anyway.
    writeFileSync(
      path,
      `import { parentPort } from 'node:worker_threads';
       parentPort.once('message', ({ id, jobs }) => {
         if (jobs[0].indices[0] !== 7) throw new Error('out of memory');
         parentPort.postMessage({ id, arrays: [jobs[0].into] }, [jobs[0].into.buffer]);
         parentPort.once('message', () => process.exit(3));
       });`,
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  const asking = (token: number) => jobsOf(1).map((job) => ({ ...job, indices: Uint32Array.of(token) }));

  it('fails what it was asked, and is replaced', async () => {
    const threads = tokenThreads(1, program);
    const failed = await Promise.allSettled([threads.fill(asking(1)), threads.fill(asking(7))]);
    for (const outcome of failed) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'THREAD_FAILED', message: expect.stringContaining('out of memory') },
      });
    }
    expect((await threads.fill(asking(7))).size).toBe(1);
    await expect(threads.fill(asking(7))).rejects.toMatchObject({
      code: 'THREAD_FAILED',
      received: 'the end of its thread',
    });
    await threads.close();
  });
});
