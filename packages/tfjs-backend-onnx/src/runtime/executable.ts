import type * as ort from 'onnxruntime-node';
import { emit } from '../graph/emit.js';
import type { HeldTensor } from '../graph/held-tensor.js';
import { inPlace } from '../graph/in-place.js';
import { sizeOf, type Value } from '../graph/value.js';
import { adapterOf, holdsTensors } from './device.js';
import { heldTensor } from './held-tensor.js';
import { memoryPool } from './memory-pool.js';
import { createSession, runSession, type SessionOptions } from './session.js';
import { sessionLifetime } from './session-lifetime.js';
import { hold } from './transfer.js';
import { endWithoutCopies, SEQUENCE_OUTPUT } from './without-copies.js';

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
 *
 * @param results `device` leaves results where they are computed, if the device can hold tensors; but a single number
 * is there to be read
 * @param donated inputs that nobody needs after a run: the memory of those that are nobody else's is used again
 */
export async function buildExecutable(
  outputs: readonly Value[],
  options: SessionOptions,
  results: 'cpu' | 'device',
  donated: ReadonlySet<number> = new Set(),
): Promise<Executable> {
  const computed = outputs.filter((output) => output.source.kind === 'node');
  const { device } = options;
  const holds = holdsTensors(device);
  // What is fed by reference would be copied to another device in every run.
  const inside = (held: HeldTensor) => device !== 'cpu' && !held.onDevice;
  // A GPU's tensors cannot be given beforehand, and are not copied.
  const end = holds ? undefined : await endWithoutCopies();
  const adapt = adapterOf(device);
  const returned = new Set(outputs.flatMap(({ source }) => (source.kind === 'input' ? [source.index] : [])));
  const isSpare = (index: number): boolean => !holds && donated.has(index) && !returned.has(index);
  let places: ReadonlyMap<string, string> = new Map();
  const emitted = emit(computed, hold, inside, (recorded) => {
    const spareNames = new Set(
      recorded.inputs.flatMap(({ name, value: { source } }) =>
        source.kind === 'input' && isSpare(source.index) ? [name] : [],
      ),
    );
    const placed = inPlace(adapt(recorded), (input) => spareNames.has(input));
    places = placed.places;
    return { ...placed.parts, sequenceOutput: end === undefined ? undefined : SEQUENCE_OUTPUT };
  });
  const locations = holds ? locationsOf(emitted.outputs, results) : undefined;
  const session = computed.length > 0 ? await createSession(emitted.model, options, locations) : undefined;
  const lifetime = session && sessionLifetime(session);
  const types = new Map([...emitted.outputs].map(([{ type, shape }, name]) => [name, { type, shape }]));
  const free = memoryPool(types.values());
  // Found now, so that the recorded graph can be forgotten.
  const find = outputs.map(({ source }, index): Finder => {
    const name = emitted.outputs.get(outputs[index]!);
    if (name !== undefined) return (results) => results.get(name)!;
    if (source.kind === 'input') return (_, inputs) => inputs[source.index]!;
    const held = hold(outputs[index]!);
    held.share();
    return () => held;
  });

  const tensorOf = async (held: HeldTensor): Promise<ort.Tensor> =>
    holds || !held.onDevice ? held.tensor : held.onCpu();

  /** What becomes of a result's memory when nobody uses it any more. */
  const recycling = (tensor: ort.Tensor): ((tensor: ort.Tensor) => void) | undefined =>
    tensor.location === 'cpu' ? free.give : lifetime?.taken();

  const compute = async (inputs: readonly HeldTensor[]): Promise<Map<string, HeldTensor>> => {
    const results = new Map<string, HeldTensor>();
    if (!session) return results;
    const feeds: Record<string, ort.Tensor> = {};
    for (const [name, held] of emitted.captured) feeds[name] = await tensorOf(held);
    const spare = new Map<string, ort.Tensor>();
    for (const [index, name] of emitted.inputs) {
      const held = inputs[index]!;
      feeds[name] = await tensorOf(held);
      if (isSpare(index) && held.isPrivate) spare.set(name, held.surrender());
    }
    const fetches: Record<string, ort.Tensor | null> = end === undefined ? {} : { [SEQUENCE_OUTPUT]: null };
    for (const [name, type] of types) {
      const place = places.get(name) ?? '';
      fetches[name] = holds ? null : (spare.get(place) ?? free.take(type));
      spare.delete(place);
    }
    const tensors = await runSession(session, feeds, fetches, end);
    for (const name of types.keys()) {
      const tensor = fetches[name] ?? (tensors[name] as ort.Tensor);
      results.set(name, heldTensor(tensor, recycling(tensor)));
    }
    for (const tensor of spare.values()) free.give(tensor);
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
      await lifetime?.release();
    },
  };
}

/** A caller reads single numbers, such as losses; larger results are state that the next run takes. */
function locationsOf(
  outputs: ReadonlyMap<Value, string>,
  results: 'cpu' | 'device',
): Record<string, ort.Tensor.DataLocation> {
  const stays = ({ type, shape }: Value) => results === 'device' && type === 'float32' && sizeOf(shape) > 1;
  return Object.fromEntries(
    [...outputs].map(([value, name]) => [name, stays(value) ? ('gpu-buffer' as const) : ('cpu' as const)]),
  );
}
