import { parentPort } from 'node:worker_threads';
import { frameTokens } from '@tgm/models/frame-tokens';
import { arraysOf, buffersOf } from './token-arrays.js';
import type { TokenReply, TokenRequest } from './token-threads.js';

/** The thread of `tokenThreads`: fills the arrays and gives their memory back. */
parentPort!.on('message', ({ id, jobs }: TokenRequest) => {
  try {
    for (const { frames, indices, cut, scale, into, offset } of jobs) {
      frameTokens(frames, cut, indices, scale, into, offset);
    }
    const arrays = arraysOf(jobs);
    parentPort!.postMessage({ id, arrays } satisfies TokenReply, buffersOf(arrays));
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({ id, failure } satisfies TokenReply);
  }
});
