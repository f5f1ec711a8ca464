import * as ort from 'onnxruntime-node';
import { RuntimeFailure } from '../errors.js';

export interface SessionOptions {
  /** Threads that one operator may use; ONNX Runtime's own choice (the physical cores) when left out. */
  readonly threads?: number | undefined;
  /** Prefix of the path of a JSON trace of every operator's time, which ONNX Runtime writes per session. */
  readonly profile?: string | undefined;
}

export async function createSession(
  model: Uint8Array,
  options: SessionOptions,
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, {
      // The recorder has already simplified the graph; see README for what the optimiser costs and gains.
      graphOptimizationLevel: 'disabled',
      executionMode: 'sequential',
      logSeverityLevel: 3,
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
    });
  } catch (error) {
    throw new RuntimeFailure('load', error);
  }
}

export async function runSession(
  session: ort.InferenceSession,
  feeds: Record<string, ort.Tensor>,
  fetches: Record<string, ort.Tensor | null>,
): Promise<ort.InferenceSession.ReturnType> {
  try {
    return await session.run(feeds, fetches);
  } catch (error) {
    throw new RuntimeFailure('run', error);
  }
}
