import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { RenderReply, RenderRequest } from './render-worker.js';

/**
 * Renders and encodes clips on threads, and gives their rows in the order of the requests.
 *
 * Each thread takes the next clip when it has finished one. An abort lets running clips finish, so that no
 * half-written file stays, and rejects with the signal's reason.
 */
export async function renderAll(
  requests: readonly RenderRequest[],
  workers: number,
  onDone: () => void,
  signal?: AbortSignal,
): Promise<RenderReply['rows'][]> {
  const rows: RenderReply['rows'][] = new Array(requests.length);
  let next = 0;
  const runThread = async (): Promise<void> => {
    const worker = new Worker(new URL('./render-thread.mjs', import.meta.url), { execArgv: [] });
    try {
      while (next < requests.length && !signal?.aborted) {
        const index = next++;
        worker.postMessage(requests[index]);
        const [reply] = (await once(worker, 'message')) as [RenderReply];
        rows[index] = reply.rows;
        onDone();
      }
    } catch (error) {
      next = requests.length;
      throw error;
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, requests.length) }, runThread));
  signal?.throwIfAborted();
  return rows;
}
