import { Worker } from 'node:worker_threads';
import { optional, optionTable } from '@tgm/options';
import { someLimits, type VideoLimits } from '../container/limits.js';
import { nameOf } from '../container/open-container.js';
import {
  newTemporaryFiles,
  removeTemporaryFiles,
  type TemporaryFilesOf,
} from '../container/temporary-file.js';
import type { DecodeOptions } from '../decode/options.js';
import type { ProbeOptions, TimelineOptions } from '../decode/probe.js';
import { VideoError } from '../errors.js';
import { knownVideos } from '../frame-index/cache.js';
import { count } from '../option-fields.js';
import type { VideoClip, VideoInfo, VideoInput, VideoTimeline } from '../video.js';
import {
  type Claim,
  claimed,
  newClaim,
  type PostedRequest,
  receivedError,
  type WorkerReply,
  type WorkerRequest,
} from './messages.js';

export interface VideoPoolOptions {
  /** Threads, at least 1. Each decodes one video at a time. */
  readonly workers: number;
  /** Limits of all calls, where a call does not set its own. */
  readonly limits?: Partial<VideoLimits>;
}

const OPTIONS = optionTable(
  'videoPool',
  { workers: count(), limits: optional(someLimits()) } satisfies Record<keyof VideoPoolOptions, unknown>,
  VideoError,
);

/**
 * Decodes on threads of its own, several videos at once. Requests start in the order of the calls. Some wait at their thread
 * already, so that it goes on while the calling thread is busy. What was found out about the files used last is remembered for all threads, and found out anew when a file has changed.
 */
export interface VideoPool {
  readonly workers: number;
  /** As `decodeClip`. Also throws `WORKER_FAILED`: the thread died, or the pool was closed. */
  decode(source: VideoInput, options: DecodeOptions): Promise<VideoClip>;
  /** As `probeVideo`. Also throws `WORKER_FAILED`. */
  probe(source: VideoInput, options?: ProbeOptions): Promise<VideoInfo>;
  /** As `readTimeline`. Also throws `WORKER_FAILED`. */
  timeline(source: VideoInput, options?: TimelineOptions): Promise<VideoTimeline>;
  /** Ends the threads, each when it has done what it is at. What has not begun is rejected with `WORKER_FAILED`. */
  close(): Promise<void>;
}

/** Bytes of indexes that a pool keeps: those of some 7000 videos of 300 frames. */
const REMEMBERED_BYTES = 2 ** 26;

/**
 * Requests that wait at a thread, with the one that it is at. The caller's thread may be away for a second, in a training
 * step, and sends nothing meanwhile.
 */
const AT_A_THREAD = 4;

interface Task {
  /** How errors call the video. */
  readonly name: string;
  readonly request: WorkerRequest;
  readonly claim: Claim;
  resolve(result: never): void;
  reject(error: Error): void;
}

interface Seat {
  worker: Worker | undefined;
  /** What was sent to it and has no answer yet. It does them in this order. */
  readonly tasks: Task[];
}

/**
 * Pixels lie outside of JavaScript's memory, so a thread makes few objects. Left alone, V8 lets a thread's memory grow by some
 * 25 MiB over the first thousand clips before it collects. An index of 600,000 frames takes some 150 MiB in all.
 */
const MEGABYTES = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 512 };

/**
 * A pool of decode threads. They start with the first request that needs them, and a thread that dies is
 * replaced by the next request. An idle pool does not keep the program running.
 */
export function videoPool(options: VideoPoolOptions): VideoPool {
  const { workers, limits } = OPTIONS.check(options);
  const seats: Seat[] = Array.from({ length: workers }, () => ({ worker: undefined, tasks: [] }));
  const queue: Task[] = [];
  const known = knownVideos(REMEMBERED_BYTES);
  let closed = false;

  function submit<R>(request: WorkerRequest): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const name = nameOf(request.source);
      if (closed) throw workerFailed('a pool that is closed', name);
      queue.push({ name, request, claim: newClaim(), resolve, reject });
      dispatch();
    });
  }

  function dispatch(): void {
    for (;;) {
      const seat = seats.reduce((least, each) => (each.tasks.length < least.tasks.length ? each : least));
      if (seat.tasks.length >= AT_A_THREAD) return;
      const task = queue.shift() ?? (seat.tasks.length === 0 ? takenBack() : undefined);
      if (task === undefined) return;
      seat.worker ??= startWorker(seat);
      try {
        const { claim } = task;
        seat.worker.postMessage({ ...withKnown(task.request), claim } satisfies PostedRequest);
      } catch (error) {
        // Options that hold a function, say, cannot travel; the thread is none the worse for it.
        task.reject(cannotTravel(task, error as Error));
        continue;
      }
      seat.worker.ref();
      seat.tasks.push(task);
    }
  }

  /** The first request that waits behind another one, for a thread that has nothing to do. */
  function takenBack(): Task | undefined {
    const busiest = seats.reduce((most, each) => (each.tasks.length > most.tasks.length ? each : most));
    const at = busiest.tasks.findIndex(({ claim }, place) => place > 0 && claimed(claim));
    return at < 0 ? undefined : asNew(busiest.tasks.splice(at, 1)[0]!);
  }

  function withKnown(request: WorkerRequest): WorkerRequest {
    return { ...request, known: known.get(request.source) };
  }

  /** The thread checks what is given; here it is only completed. */
  function withLimits<O extends { readonly limits?: Partial<VideoLimits> }>(options: O): O {
    const given = options?.limits;
    if (limits === undefined || (given !== undefined && typeof given !== 'object')) return options;
    const set = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
    return { ...options, limits: { ...limits, ...Object.fromEntries(set) } };
  }

  function startWorker(seat: Seat): Worker {
    const temporaryFiles = newTemporaryFiles();
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: { temporaryFiles } satisfies TemporaryFilesOf,
      resourceLimits: MEGABYTES,
    });
    worker.unref();
    let reason = 'the end of its thread';
    let cause: Error | undefined;
    worker.on('message', (reply: WorkerReply) => settle(seat, reply));
    worker.on('error', (error) => {
      reason = `a failure of its thread: ${error.message}`;
      cause = error;
    });
    worker.on('exit', () => {
      seat.worker = undefined;
      const [task, ...waiting] = seat.tasks.splice(0);
      if (task && typeof task.request.source !== 'string') removeTemporaryFiles(temporaryFiles);
      task?.reject(workerFailed(reason, task.name, cause));
      queue.unshift(...waiting.map(asNew));
      if (!closed) dispatch();
    });
    return worker;
  }

  function settle(seat: Seat, reply: WorkerReply): void {
    const task = seat.tasks.shift()!;
    if (seat.tasks.length === 0) seat.worker?.unref();
    if (reply.kind === 'done') {
      if (reply.learnt) known.put(task.request.source, reply.learnt);
      task.resolve(reply.result as never);
    } else if (reply.kind === 'refused') task.reject(receivedError(reply));
    else task.reject(workerFailed(`a failure: ${reply.message}`, task.name));
    dispatch();
  }

  /** A thread that is ended inside FFmpeg can take the process along, so its work is waited for. */
  async function end({ worker, tasks }: Seat): Promise<void> {
    for (const task of tasks.filter(({ claim }) => claimed(claim))) {
      tasks.splice(tasks.indexOf(task), 1);
      task.reject(atItsEnd(task));
    }
    if (worker && tasks.length > 0)
      await new Promise((resolve) => worker.once('message', resolve).once('exit', resolve));
    await worker?.terminate();
  }

  return {
    workers,
    decode: (source, options) => submit({ kind: 'decode', source, options: withLimits(options) }),
    probe: (source, options = {}) => submit({ kind: 'probe', source, options: withLimits(options) }),
    timeline: (source, options = {}) => submit({ kind: 'timeline', source, options: withLimits(options) }),
    async close() {
      closed = true;
      for (const task of queue.splice(0)) task.reject(atItsEnd(task));
      await Promise.all(seats.map(end));
    },
  };
}

function cannotTravel({ name, request }: Task, cause: Error): VideoError {
  return new VideoError('OPTION_INVALID', {
    source: name,
    expected: `options of ${request.kind} that can be sent to a thread`,
    received: cause.message.replace(/\.$/, ''),
    cause,
  });
}

/** A request that another thread may claim. */
const asNew = (task: Task): Task => ({ ...task, claim: newClaim() });

const atItsEnd = ({ name }: Task): VideoError => workerFailed('the end of the pool', name);

function workerFailed(received: string, source: string, cause?: Error): VideoError {
  return new VideoError('WORKER_FAILED', {
    source,
    expected: 'an answer of a decode thread',
    received,
    cause,
  });
}
