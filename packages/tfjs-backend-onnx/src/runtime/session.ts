import type * as ort from 'onnxruntime-node';
import { indexOutside, runtimeFailure } from '../errors.js';
import { type Device, providersOf } from './device.js';
import { onnxRuntime } from './onnx-runtime.js';
import { endedWithoutCopies } from './without-copies.js';

/** The options of an engine that its sessions have; see `OnnxEngineOptions`. */
export interface SessionOptions {
  readonly device: Device;
  readonly threads?: number | undefined;
  readonly profile?: string | undefined;
}

export async function createSession(
  model: Uint8Array,
  options: SessionOptions,
  outputLocations?: Record<string, ort.Tensor.DataLocation>,
): Promise<ort.InferenceSession> {
  try {
    return await onnxRuntime().InferenceSession.create(model, {
      // The recorder has already simplified the graph; see README for what the optimiser costs and gains.
      graphOptimizationLevel: 'disabled',
      executionMode: 'sequential',
      // A pattern reserves one block for all of a run and the arena keeps what came before it: a third more memory, no faster.
      enableMemPattern: false,
      // Operators are cut finer than one piece a thread, so that a thread that is held up has less to do. 8 was like 4.
      extra: { session: { dynamic_block_base: '4' } },
      logSeverityLevel: 3,
      executionProviders: [...providersOf(options.device)],
      ...(outputLocations === undefined ? {} : { preferredOutputLocation: outputLocations }),
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
    });
  } catch (error) {
    throw runtimeFailure('load', error);
  }
}

/** What ONNX Runtime says of an index out of range. */
const OUTSIDE = /(indices element out of data bounds|invalid ind(ex|ice) found).*/;

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
    const outside = error instanceof Error && OUTSIDE.exec(error.message);
    if (outside) throw indexOutside('a recorded graph', outside[0], error);
    throw runtimeFailure('run', error);
  }
}
