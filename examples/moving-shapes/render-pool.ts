import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { RenderReply, RenderRequest } from './render-worker.js';

/**
 * Renders and encodes clips on threads, and gives their replies in the order of the requests.
 *
 * Each thread takes the next clip when it has finished one. An abort lets running clips finish, so that no
 * half-written file stays, and rejects with the signal's reason. So does an error in one of them.
 */
export async function renderAll(
  requests: readonly RenderRequest[],
  workers: number,
  onDone: () => void,
  signal?: AbortSignal,
): Promise<RenderReply[]> {
  const replies: RenderReply[] = new Array(requests.length);
  let next = 0;
  const runThread = async (): Promise<void> => {
    const worker = new Worker(new URL('./render-thread.mjs', import.meta.url), { execArgv: [] });
    try {
      while (next < requests.length && !signal?.aborted) {
        const index = next++;
        worker.postMessage(requests[index]);
        const [reply] = (await once(worker, 'message')) as [RenderReply];
        replies[index] = reply;
        onDone();
      }
    } catch (error) {
      next = requests.length;
      throw error;
    } finally {
      await worker.terminate();
    }
  };
  const threads = Array.from({ length: Math.min(workers, requests.length) }, runThread);
  // The first error, when every thread has finished the clip in hand.
  for (const outcome of await Promise.allSettled(threads)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  signal?.throwIfAborted();
  return replies;
}
