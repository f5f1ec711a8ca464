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
});
