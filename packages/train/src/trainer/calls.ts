import * as tf from '@tensorflow/tfjs';
import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import type { Batch, BatchStream } from './batches.js';
import { requireBatch, requireStream } from './require-batch.js';

/** The batches of one call of the engine. */
export interface Call<Tensors extends TensorTree> {
  /** The batches of each of its steps; their gradients make one update. */
  readonly steps: readonly (readonly Batch<Tensors>[])[];
  /** Seconds for which training waited for them. */
  readonly waitSeconds: number;
}

/** Calls in order, each made while the one before it is in hand. */
export interface Calls<Tensors extends TensorTree> {
  /** Undefined when the batches have ended. */
  next(): Promise<Call<Tensors> | undefined>;
  close(): Promise<void>;
}

/**
 * @param from steps done before.
 * @param sizeAt steps of the call that begins behind so many steps; 0 at the end of the run.
 * @param accumulate batches of a step.
 */
export function callsOf<Tensors extends TensorTree>(
  stream: BatchStream<Tensors>,
  from: number,
  sizeAt: (step: number) => number,
  accumulate: number,
): Calls<Tensors> {
  requireStream(stream);
  let step = from;
  let pending: Promise<Batch<Tensors>[][]> | undefined;

  async function collect(size: number): Promise<Batch<Tensors>[][]> {
    const steps: Batch<Tensors>[][] = [];
    let parts: Batch<Tensors>[] = [];
    try {
      while (steps.length < size) {
        const batch = await stream.next();
        if (!batch) break;
        parts.push(batch);
        requireBatch(batch);
        if (parts.length < accumulate) continue;
        steps.push(parts);
        parts = [];
      }
    } catch (error) {
      discard(steps.flat());
      throw error;
    } finally {
      discard(parts);
    }
    return steps;
  }

  function begin(): void {
    const size = sizeAt(step);
    step += size;
    pending = size > 0 ? collect(size) : undefined;
    // It is awaited in its turn. Avoids an unhandled rejection until then.
    pending?.catch(() => undefined);
  }

  begin();
  return {
    async next() {
      const asked = performance.now();
      const steps = await pending;
      const waitSeconds = (performance.now() - asked) / 1000;
      begin();
      return steps && steps.length > 0 ? { steps, waitSeconds } : undefined;
    },
    async close() {
      const unused = await pending?.catch(() => []);
      discard((unused ?? []).flat());
      await stream.close();
    },
  };
}

/** Frees batches that are not used any more. */
export function discard(batches: readonly Batch<TensorTree>[]): void {
  for (const batch of batches) {
    tf.dispose(batch.tensors as unknown as tf.TensorContainer);
    // One that was refused may have none.
    if (typeof batch.release === 'function') batch.release();
  }
}
