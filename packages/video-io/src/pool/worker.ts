import { parentPort } from 'node:worker_threads';
import { decodeClipSync } from '../decode/decode-clip.js';
import { probeVideoSync, readTimelineSync } from '../decode/probe.js';
import { VideoError } from '../errors.js';
import type { VideoClip } from '../video.js';
import { claimed, type PostedRequest, sentError, type WorkerReply, type WorkerRequest } from './messages.js';

/** The thread of `videoPool`: answers each request in turn, unless it was taken back, and hands its buffers over. */
parentPort!.on('message', ({ claim, ...request }: PostedRequest) => {
  if (!claimed(claim)) return;
  const { reply, buffers } = answer(request);
  parentPort!.postMessage(reply, buffers);
});

function answer(request: WorkerRequest): { reply: WorkerReply; buffers: ArrayBuffer[] } {
  try {
    if (request.kind === 'probe') {
      const { info, learnt } = probeVideoSync(request.source, request.options, request.known);
      return { reply: { kind: 'done', result: info, learnt }, buffers: [] };
    }
    if (request.kind === 'timeline') {
      const { timeline, learnt } = readTimelineSync(request.source, request.options, request.known);
      const buffers = [timeline.times.buffer as ArrayBuffer];
      return { reply: { kind: 'done', result: timeline, learnt }, buffers };
    }
    const { clip, learnt } = decodeClipSync(request.source, request.options, request.known);
    return { reply: { kind: 'done', result: clip, learnt }, buffers: buffersOf(clip) };
  } catch (error) {
    if (error instanceof VideoError) return { reply: sentError(error), buffers: [] };
    return {
      reply: { kind: 'failed', message: error instanceof Error ? error.message : String(error) },
      buffers: [],
    };
  }
}

function buffersOf({ frames, times, indices, motion }: VideoClip): ArrayBuffer[] {
  const arrays = [frames, times, indices, ...(motion ? [motion.vectors, motion.known] : [])];
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}
