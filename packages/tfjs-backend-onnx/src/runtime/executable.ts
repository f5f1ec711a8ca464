import type * as ort from 'onnxruntime-node';
import { emit } from '../graph/emit.js';
import type { Value } from '../graph/value.js';
import { HeldTensor } from './held-tensor.js';
import { createSession, runSession, type SessionOptions } from './session.js';
import { hold } from './transfer.js';

/** Outputs at least this large, in bytes, are written into memory that an earlier run's output has left. */
const SMALLEST_RECYCLED = 4096;

export interface Executable {
  readonly nodeCount: number;
  /** Runs the graph. `inputs` are the traced function's; results stand in the order of the traced outputs. */
  run(inputs: readonly HeldTensor[]): Promise<HeldTensor[]>;
  release(): Promise<void>;
}

/** Picks one output's tensor from what a run computed, by name, and what it was given. */
type Finder = (results: ReadonlyMap<string, HeldTensor>, inputs: readonly HeldTensor[]) => HeldTensor;

/**
 * Makes recorded values computable. Equal outputs give one held tensor; outputs that need no computation
 * (an input, a constant) give the tensor that is there.
 */
export async function buildExecutable(
  outputs: readonly Value[],
  options: SessionOptions,
): Promise<Executable> {
  const computed = outputs.filter((output) => output.source.kind === 'node');
  const emitted = emit(computed, hold);
  const session = computed.length > 0 ? await createSession(emitted.model, options) : undefined;
  const free = new Map<string, ort.Tensor>();
  const captured = [...emitted.captured].map(([name, held]) => [name, held.tensor] as const);
  const names = new Set(emitted.outputs.values());
  // Found now, so that the recorded graph can be forgotten.
  const find = outputs.map(({ source }, index): Finder => {
    const name = emitted.outputs.get(outputs[index]!);
    if (name !== undefined) return (results) => results.get(name)!;
    if (source.kind === 'input') return (_, inputs) => inputs[source.index]!;
    const held = hold(outputs[index]!);
    return () => held;
  });

  const compute = async (inputs: readonly HeldTensor[]): Promise<Map<string, HeldTensor>> => {
    const results = new Map<string, HeldTensor>();
    if (!session) return results;
    const feeds: Record<string, ort.Tensor> = Object.fromEntries(captured);
    for (const [index, name] of emitted.inputs) feeds[name] = inputs[index]!.tensor;
    const fetches: Record<string, ort.Tensor | null> = {};
    for (const name of names) {
      fetches[name] = free.get(name) ?? null;
      free.delete(name);
    }
    const tensors = await runSession(session, feeds, fetches);
    for (const name of names) {
      const tensor = tensors[name] as ort.Tensor;
      const bytes = (tensor.data as Float32Array).byteLength;
      results.set(
        name,
        new HeldTensor(tensor, bytes < SMALLEST_RECYCLED ? undefined : (it) => free.set(name, it)),
      );
    }
    return results;
  };

  return {
    nodeCount: emitted.nodeCount,
    async run(inputs) {
      const results = await compute(inputs);
      return find.map((each) => each(results, inputs));
    },
    async release() {
      free.clear();
      await session?.release();
    },
  };
}
