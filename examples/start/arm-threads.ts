import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CaptionedClip, StepEvent } from '@tgm/train';
import { type Job, type Reply, STOP, type Workplace } from './arm-messages.js';
import type { Arm } from './arms.js';

import type { ArmResult } from './pretrain-arm.js';
import type { Encoder, Numbers } from './scorer.js';

/**
 * Runs of a small model side by side, each on its own cores: two steps on one core each take less time than one after
 * the other on two, whose threads wait for each other several hundred times a step (bench/NOTES.md).
 */
export interface ArmThreads {
  /** Trains the arms; undefined for those that a stop kept from beginning. */
  pretrain(
    names: readonly Arm['name'][],
    onStep: (arm: Arm['name'], event: StepEvent) => void,
  ): Promise<(ArmResult | undefined)[]>;
  /** Measures encoders; rejects with the signal's reason after a stop. */
  evaluate(encoders: readonly Encoder[], onDone: (done: number) => void): Promise<Numbers[]>;
  close(): Promise<void>;
}

export interface ArmThreadsOptions extends Omit<Workplace, 'threads'> {
  /** How many runs there are to do at the same time. */
  readonly runs: number;
  readonly signal: AbortSignal;
}

export function armThreads({ runs, signal, ...workplace }: ArmThreadsOptions): ArmThreads {
  const cores = availableParallelism();
  const count = Math.min(cores, runs);
  const workerData: Workplace = {
    ...workplace,
    threads: Math.floor(cores / count),
    train: withSharedFrames(workplace.train),
    ...(workplace.test ? { test: withSharedFrames(workplace.test) } : {}),
  };
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./arm-thread.mjs', import.meta.url), { workerData, execArgv: [] }),
  );

  /** Each thread takes the next job when it has finished one; results in the order of the jobs. */
  async function runAll<Result>(
    jobs: readonly Job[],
    onStep: (arm: Arm['name'], event: StepEvent) => void,
    onDone: (done: number) => void,
  ): Promise<(Result | undefined)[]> {
    const results: (Result | undefined)[] = new Array(jobs.length).fill(undefined);
    let next = 0;
    let done = 0;
    await Promise.all(
      workers.map(async (worker) => {
        while (next < jobs.length && !signal.aborted) {
          const index = next++;
          results[index] = (await perform(worker, jobs[index]!, onStep)) as Result;
          onDone(++done);
        }
      }),
    );
    return results;
  }

  return {
    async pretrain(names, onStep) {
      const stop = () => {
        for (const worker of workers) worker.postMessage(STOP);
      };
      signal.addEventListener('abort', stop);
      const jobs = names.map((arm): Job => ({ kind: 'pretrain', arm }));
      return runAll<ArmResult>(jobs, onStep, () => undefined).finally(() =>
        signal.removeEventListener('abort', stop),
      );
    },
    async evaluate(encoders, onDone) {
      const stopped = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      const jobs = encoders.map((encoder): Job => ({ kind: 'evaluate', encoder }));
      const all = runAll<Numbers>(jobs, () => undefined, onDone);
      return (await Promise.race([all, stopped])) as Numbers[];
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function perform(
  worker: Worker,
  job: Job,
  onStep: (arm: Arm['name'], event: StepEvent) => void,
): Promise<ArmResult | Numbers> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', hear);
      worker.off('error', fail);
    };
    const fail = (error: unknown): void => {
      settle();
      reject(error);
    };
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
    worker.postMessage(job);
  });
}

/** The same clips with their frames in one memory, which threads share instead of copying it. */
function withSharedFrames(clips: readonly CaptionedClip[]): CaptionedClip[] {
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
