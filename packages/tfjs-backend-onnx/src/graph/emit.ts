import { depths } from './depth.js';
import type { HeldTensor } from './held-tensor.js';
import { encodeModel, type GraphParts, type NamedNode, type NamedValue } from './model.js';
import { type Attribute, constant, int64s, type Node, sizeOf, uniform, type Value } from './value.js';

/**
 * Constants up to this many elements are written into the model. Larger ones are fed to each run by reference,
 * so that the model stays small and their memory is not held twice.
 */
const LARGEST_INITIALIZER = 1024;

/** Which of the constants above that size are written into the model all the same. */
export type WriteInside = (held: HeldTensor) => boolean;

interface Emitted {
  /** Names of the traced function's inputs that the graph reads. */
  readonly inputs: ReadonlyMap<number, string>;
  /** Tensors fed to every run, by name. */
  readonly captured: ReadonlyMap<string, HeldTensor>;
  /** Name of each distinct output. */
  readonly outputs: ReadonlyMap<Value, string>;
}

export interface EmittedModel extends Emitted {
  readonly model: Uint8Array;
  readonly nodeCount: number;
}

export interface EmittedParts extends Emitted {
  readonly parts: GraphParts;
}

/**
 * Makes a model that computes `outputs`; see `collect`.
 *
 * @param adapt writes the collected graph in the operators that suit where it runs
 */
export function emit(
  outputs: readonly Value[],
  hold: (value: Value) => HeldTensor,
  writeInside: WriteInside = () => false,
  adapt: (parts: GraphParts) => GraphParts = (parts) => parts,
): EmittedModel {
  const { parts, ...emitted } = collect(outputs, hold, writeInside);
  const written = adapt(parts);
  return { ...emitted, model: encodeModel(written), nodeCount: written.nodes.length };
}

/**
 * Collects what computes `outputs`: the nodes they need in a valid order, equal nodes and equal constants once.
 * `hold` turns a large constant into a tensor to feed.
 */
export function collect(
  outputs: readonly Value[],
  hold: (value: Value) => HeldTensor,
  writeInside: WriteInside,
): EmittedParts {
  const names = new Map<Value, string>();
  const nodes: NamedNode[] = [];
  const seenNodes = new Map<string, readonly string[]>();
  const initializers = new Map<string, NamedValue>();
  const graphInputs: NamedValue[] = [];
  const inputs = new Map<number, string>();
  const captured = new Map<string, HeldTensor>();
  const capturedNames = new Map<HeldTensor, string>();

  const nameInitializer = (value: Value): string => {
    const key = constantKey(value);
    const known = initializers.get(key);
    if (known) return known.name;
    const name = `c${initializers.size}`;
    initializers.set(key, { name, value });
    return name;
  };

  const nameCaptured = (value: Value, held: HeldTensor): string => {
    const known = capturedNames.get(held);
    if (known) return known;
    const name = `h${capturedNames.size}`;
    capturedNames.set(held, name);
    if (writeInside(held)) {
      initializers.set(name, { name, value: constant(held.data, value.shape, value.type) });
    } else {
      held.share();
      captured.set(name, held);
      graphInputs.push({ name, value });
    }
    return name;
  };

  const appendNode = (node: Node): void => {
    const inputNames = node.inputs.map((input) => (input === null ? '' : names.get(input)!));
    const key = `${node.op}|${node.outputs.length}|${inputNames.join()}|${JSON.stringify(node.attributes, attributeKey)}`;
    let outputNames = seenNodes.get(key);
    if (!outputNames) {
      const prefix = `n${nodes.length}`;
      outputNames = node.outputs.map((_, index) => (index === 0 ? prefix : `${prefix}_${index}`));
      seenNodes.set(key, outputNames);
      nodes.push({ node, inputs: inputNames, outputs: outputNames });
    }
    for (const [index, output] of node.outputs.entries()) names.set(output, outputNames[index]!);
  };

  const nameLeaf = (value: Value): string => {
    const { source } = value;
    switch (source.kind) {
      case 'held':
        return nameCaptured(value, source.held);
      case 'input': {
        const name = inputs.get(source.index) ?? `i${source.index}`;
        if (!inputs.has(source.index)) {
          inputs.set(source.index, name);
          graphInputs.push({ name, value });
        }
        return name;
      }
      case 'uniform': {
        if (sizeOf(value.shape) <= 1) return nameInitializer(value);
        const shape = int64s(value.shape);
        names.set(shape, nameInitializer(shape));
        const filled = uniform(source.number, [1], value.type);
        appendNode({
          op: 'ConstantOfShape',
          domain: '',
          inputs: [shape],
          attributes: { value: { tensor: filled } },
          outputs: [value],
          trace: 0,
        });
        return names.get(value)!;
      }
      case 'constant':
        if (sizeOf(value.shape) <= LARGEST_INITIALIZER) return nameInitializer(value);
        return nameCaptured(value, hold(value));
      case 'node':
        throw new Error('A node is not a leaf.');
    }
  };

  const depth = depths(outputs);
  const deepestFirst = (a: Value, b: Value): number => depth.get(b)! - depth.get(a)!;

  // Depth first without recursion: a training step's graph is thousands of nodes deep.
  const visit = (root: Value): void => {
    const stack: Value[] = [root];
    while (stack.length > 0) {
      const value = stack[stack.length - 1]!;
      if (names.has(value)) {
        stack.pop();
      } else if (value.source.kind !== 'node') {
        names.set(value, nameLeaf(value));
        stack.pop();
      } else {
        const { node } = value.source;
        const waiting = node.inputs.filter((input): input is Value => input !== null && !names.has(input));
        if (waiting.length > 0) stack.push(...waiting.sort(deepestFirst).reverse());
        else appendNode(node);
      }
    }
  };

  const outputNames = new Map<Value, string>();
  const graphOutputs: NamedValue[] = [];
  const outputOfName = new Set<string>();
  for (const output of [...outputs].sort(deepestFirst)) visit(output);
  for (const output of outputs) {
    const name = names.get(output)!;
    outputNames.set(output, name);
    if (outputOfName.has(name)) continue;
    outputOfName.add(name);
    graphOutputs.push({ name, value: output });
  }
  const parts: GraphParts = {
    nodes,
    inputs: graphInputs,
    outputs: graphOutputs,
    initializers: [...initializers.values()],
  };
  return { parts, inputs, captured, outputs: outputNames };
}

function constantKey(value: Value): string {
  const head = `${value.type}[${value.shape}]`;
  if (value.source.kind === 'uniform') return `${head}=${numberKey(value.source.number)}`;
  if (value.source.kind !== 'constant') throw new Error('Only constants have a key.');
  return `${head}:${Array.from(value.source.data as Float32Array, numberKey)}`;
}

/** Tells 0 from -0, which print alike. */
const numberKey = (number: number): string => (Object.is(number, -0) ? '-0' : String(number));

function attributeKey(_: string, attribute: Attribute): unknown {
  if (typeof attribute !== 'object' || attribute === null || !('tensor' in attribute)) return attribute;
  return constantKey(attribute.tensor);
}
