import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';

const started: FakeWorker[] = [];

/** A thread that dies by the word of the test. */
class FakeWorker extends EventEmitter {
  readonly requests: unknown[] = [];
  constructor() {
    super();
    started.push(this);
  }
  postMessage(request: unknown) {
    this.requests.push(request);
  }
  ref() {}
  unref() {}
  async terminate() {
    this.emit('exit', 1);
  }
}

vi.mock('node:worker_threads', () => ({ Worker: FakeWorker, workerData: null }));
const { videoPool } = await import('./video-pool.js');

const options = { indices: [0], size: { width: 8, height: 8 } };

describe('a decode thread that dies', () => {
  it('fails its own request only, and is replaced', async () => {
    const pool = videoPool({ workers: 1 });
    const first = pool.decode('first.mp4', options);
    const second = pool.decode('second.mp4', options);
    expect(started).toHaveLength(1);
    started[0]!.emit('error', new Error('out of memory'));
    started[0]!.emit('exit', 1);
    expect(started[0]!.requests).toMatchObject([{ source: 'first.mp4' }, { source: 'second.mp4' }]);
    await expect(first).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      source: 'first.mp4',
      message: expect.stringContaining('out of memory'),
    });
    expect(started).toHaveLength(2);
    expect(started[1]!.requests).toMatchObject([{ source: 'second.mp4' }]);
    started[1]!.emit('message', { kind: 'done', result: 'a clip' });
    expect(await second).toBe('a clip');
    await pool.close();
  });

  it('hands over what waits at it, even what it had begun by its death', async () => {
    started.length = 0;
    const pool = videoPool({ workers: 1 });
    const [first, second] = ['first.mp4', 'second.mp4'].map((source) => pool.decode(source, options));
    // It answered the first, but the answer is lost with it.
    for (const { claim } of started[0]!.requests as { claim: Int32Array }[]) Atomics.store(claim, 0, 1);
    started[0]!.emit('exit', 1);
    await expect(first).rejects.toMatchObject({ code: 'WORKER_FAILED' });
    const [again] = started[1]!.requests as { claim: Int32Array }[];
    expect(Atomics.load(again!.claim, 0)).toBe(0);
    started[1]!.emit('message', { kind: 'done', result: 'a clip' });
    expect(await second).toBe('a clip');
    await pool.close();
  });
});

describe('requests that wait at a thread', () => {
  const pathsOf = (thread: FakeWorker) =>
    thread.requests.map((request) => (request as { source: string }).source);
  const claimsOf = (thread: FakeWorker) =>
    thread.requests.map((request) => (request as { claim: Int32Array }).claim);

  it('are sent ahead, few at a time, in the order of the calls', async () => {
    started.length = 0;
    const pool = videoPool({ workers: 2 });
    const clips = Array.from({ length: 11 }, (_, i) => pool.decode(`${i}.mp4`, options));
    const [one, two] = started as [FakeWorker, FakeWorker];
    expect(pathsOf(one)).toEqual(['0.mp4', '2.mp4', '4.mp4', '6.mp4']);
    expect(pathsOf(two)).toEqual(['1.mp4', '3.mp4', '5.mp4', '7.mp4']);
    two.emit('message', { kind: 'done', result: 'clip 1' });
    expect(await clips[1]).toBe('clip 1');
    expect(pathsOf(two).slice(4)).toEqual(['8.mp4']);
    const outcomes = Promise.allSettled(clips);
    await pool.close();
    expect((await outcomes).filter(({ status }) => status === 'rejected')).toHaveLength(10);
  });

  it('go to a thread that has nothing to do, unless they have been begun', async () => {
    started.length = 0;
    const pool = videoPool({ workers: 2 });
    const clips = Array.from({ length: 4 }, (_, i) => pool.decode(`${i}.mp4`, options));
    const [one, two] = started as [FakeWorker, FakeWorker];
    expect([pathsOf(one), pathsOf(two)]).toEqual([
      ['0.mp4', '2.mp4'],
      ['1.mp4', '3.mp4'],
    ]);
    // The first thread is at its first request, the second is through with both.
    Atomics.store(claimsOf(one)[0]!, 0, 1);
    for (const result of ['clip 1', 'clip 3']) two.emit('message', { kind: 'done', result });
    expect(pathsOf(two)).toEqual(['1.mp4', '3.mp4', '2.mp4']);
    // The first thread may not begin it any more.
    expect(Atomics.load(claimsOf(one)[1]!, 0)).toBe(1);
    expect(Atomics.load(claimsOf(two)[2]!, 0)).toBe(0);
    two.emit('message', { kind: 'done', result: 'clip 2' });
    one.emit('message', { kind: 'done', result: 'clip 0' });
    expect(await Promise.all(clips)).toEqual(['clip 0', 'clip 1', 'clip 2', 'clip 3']);
    await pool.close();
  });
});
