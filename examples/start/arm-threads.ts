import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DecodedClip, StepEvent } from '@tgm/train';
import { ProgramError } from '../program/errors.js';
import { END, type Job, type Reply, STOP, type Workplace } from './arm-messages.js';
import type { Arm } from './arms.js';
import type { PreparedData } from './data.js';
import type { ArmResult } from './pretrain-arm.js';
import type { Encoder, Numbers } from './scorer.js';

/**
 * Runs of a small model side by side, each on its own cores: two steps on one core each take less time than one after
 * the other on two, whose threads wait for each other several hundred times a step (bench/NOTES.md).
 */
export interface ArmThreads {
  /** Does jobs that train; rejects with the signal's reason after a stop, when each has saved what it did. */
  pretrain(jobs: readonly Job[], onStep: OnStep): Promise<ArmResult[]>;
  /** What the masks of each arm do to the named object; or what they tell of the captions, for which each trains a model. */
  measure(
    what: 'masks' | 'leak',
    names: readonly Arm['name'][],
    onDone: (done: number, name: Arm['name'], numbers: Numbers) => Promise<void>,
  ): Promise<Numbers[]>;
  /** Measures encoders; rejects with the signal's reason after a stop. */
  evaluate(encoders: readonly Encoder[], onDone: (done: number) => void): Promise<Numbers[]>;
  /**
   * Ends the threads when their jobs in hand have stopped. To end a thread from outside while ONNX Runtime computes in it
   * would abort the whole process.
   */
  close(): Promise<void>;
}

/** Hears of each step. */
export type OnStep = (arm: string, event: StepEvent) => void;

export interface ArmThreadsOptions {
  /** Folder of the run. */
  readonly run: string;
  readonly data: PreparedData;
  /** What the run by reconstruction alone trains on, where there is one. */
  readonly tiled?: readonly DecodedClip[];
  readonly steps: number;
  /** How many runs there are to do at the same time. */
  readonly runs: number;
  readonly signal: AbortSignal;
}

export function armThreads({ run, data, tiled, steps, runs, signal }: ArmThreadsOptions): ArmThreads {
  const { set, train, test, coverages } = data;
  const cores = availableParallelism();
  const count = Math.min(cores, runs);
  const workerData: Workplace = {
    run,
    steps,
    threads: Math.floor(cores / count),
    train: withSharedFrames(train),
    ...(test ? { test: withSharedFrames(test) } : {}),
    ...(tiled ? { tiled: withSharedFrames(tiled) } : {}),
    classes: set.classes?.length ?? 0,
    subsets: set.subsets ?? {},
    ...(set.meanings ? { meanings: set.meanings } : {}),
    ...(coverages ? { coverages } : {}),
  };
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./arm-thread.mjs', import.meta.url), { workerData, execArgv: [] }),
  );
  const ended = workers.map((worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve())));
  // A thread may fail while nobody waits for it; whoever gives it the next job hears that it has ended.
  for (const worker of workers) worker.on('error', () => undefined);
  const tellAll = (message: typeof STOP | typeof END): void => {
    for (const worker of workers) worker.postMessage(message);
  };

  /** Each thread takes the next job when it has finished one; results in the order of the jobs. */
  async function runAll<Result>(
    jobs: readonly Job[],
    onStep: OnStep,
    onDone: (done: number, index: number, result: Result) => Promise<void>,
  ): Promise<Result[]> {
    const results: Result[] = new Array(jobs.length);
    let next = 0;
    let done = 0;
    const stop = (): void => tellAll(STOP);
    signal.addEventListener('abort', stop);
    try {
      await Promise.all(
        workers.map(async (worker) => {
          while (next < jobs.length && !signal.aborted) {
            const index = next++;
            const result = (await perform(worker, jobs[index]!, onStep)) as Result;
            results[index] = result;
            await onDone(++done, index, result);
          }
        }),
      );
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
    signal.throwIfAborted();
    return results;
  }

  return {
    pretrain: (jobs, onStep) => runAll<ArmResult>(jobs, onStep, async () => undefined),
    measure: (kind, names, onDone) =>
      runAll<Numbers>(
        names.map((arm) => ({ kind, arm })),
        () => undefined,
        (done, index, numbers) => onDone(done, names[index]!, numbers),
      ),
    evaluate: (encoders, onDone) =>
      runAll<Numbers>(
        encoders.map((encoder) => ({ kind: 'evaluate', encoder })),
        () => undefined,
        async (done) => onDone(done),
      ),
    async close() {
      tellAll(END);
      await Promise.all(ended);
    },
  };
}

function perform(worker: Worker, job: Job, onStep: OnStep): Promise<ArmResult | Numbers> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', hear);
      worker.off('error', fail);
      worker.off('exit', exit);
    };
    const fail = (error: unknown): void => {
      settle();
      reject(error);
    };
    const exit = (code: number): void =>
      fail(
        new ProgramError('THREAD_ENDED', {
          where: 'arm' in job ? `the thread that trains ${job.arm}` : `a thread for the job ${job.kind}`,
          expected: 'a result',
          received: `its end with code ${code}`,
        }),
      );
    const hear = (reply: Reply): void => {
      if (reply.kind === 'step') {
        onStep(reply.arm, reply.event);
      } else if (reply.kind === 'failure') {
        fail(Object.assign(reply.error as Error, { code: reply.code }));
      } else {
        settle();
        resolve(reply.result);
      }
    };
    worker.on('message', hear);
    worker.on('error', fail);
    worker.on('exit', exit);
    worker.postMessage(job);
  });
}

/** The same clips with their frames in one memory, which threads share instead of copying it. */
function withSharedFrames<Clip extends DecodedClip>(clips: readonly Clip[]): Clip[] {
  const bytes = clips.reduce((sum, { frames }) => sum + frames.length, 0);
  const memory = new Uint8Array(new SharedArrayBuffer(bytes));
  let offset = 0;
  return clips.map((clip) => {
    const frames = memory.subarray(offset, offset + clip.frames.length);
    frames.set(clip.frames);
    offset += frames.length;
    return { ...clip, frames };
  });
}
