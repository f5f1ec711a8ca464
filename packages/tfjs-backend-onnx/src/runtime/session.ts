import * as ort from 'onnxruntime-node';
import { RuntimeFailure } from '../errors.js';
import { type Device, providersOf } from './device.js';
import { endedWithoutCopies } from './without-copies.js';

export interface SessionOptions {
  /** Where graphs are computed. Default `cpu`. */
  readonly device?: Device | undefined;
  /** Threads that one operator may use; ONNX Runtime's own choice (the physical cores) when left out. */
  readonly threads?: number | undefined;
  /** Prefix of the path of a JSON trace of every operator's time, which ONNX Runtime writes per session. */
  readonly profile?: string | undefined;
}

export const deviceOf = ({ device = 'cpu' }: SessionOptions): Device => device;

export async function createSession(
  model: Uint8Array,
  options: SessionOptions,
  outputLocations?: Record<string, ort.Tensor.DataLocation>,
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, {
      // The recorder has already simplified the graph; see README for what the optimiser costs and gains.
      graphOptimizationLevel: 'disabled',
      executionMode: 'sequential',
      // A pattern reserves one block for all of a run and the arena keeps what came before it: a third more memory, no faster.
      enableMemPattern: false,
      // Operators are cut finer than one piece a thread, so that a thread that is held up has less to do. 8 was like 4.
      extra: { session: { dynamic_block_base: '4' } },
      logSeverityLevel: 3,
      executionProviders: [...providersOf(deviceOf(options))],
      ...(outputLocations === undefined ? {} : { preferredOutputLocation: outputLocations }),
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
    });
  } catch (error) {
    throw new RuntimeFailure('load', error);
  }
}

/**
 * Runs a session. `end` is the message of the error with which a run without copies ends; what it computed is in
 * `fetches` then, and nothing is returned.
 */
export async function runSession(
  session: ort.InferenceSession,
  feeds: Record<string, ort.Tensor>,
  fetches: Record<string, ort.Tensor | null>,
  end?: string,
): Promise<ort.InferenceSession.ReturnType> {
  try {
    return await session.run(feeds, fetches);
  } catch (error) {
    if (endedWithoutCopies(error, end)) return {};
    throw new RuntimeFailure('run', error);
  }
}
