import type { GraphParts, NamedNode } from './model.js';
import { type Naming, rewritten } from './rewrite.js';
import { standard } from './standard.js';
import { int64s, sameShape, sizeOf, uniform, type Value } from './value.js';

/** A graph some of whose outputs are written into the memory of inputs. */
export interface InPlace {
  readonly parts: GraphParts;
  /** The input's name by the output's. */
  readonly places: ReadonlyMap<string, string>;
}

/**
 * Finds outputs that may be written into the memory of an input that is not needed afterwards.
 *
 * Every node that reads such an input must have ended when the output is written, in whatever order the graph runs. Most
 * have, because the output is computed from what they give; the writing node itself may read the input if it does so
 * number by number. Those that have not, such as the product that hands a gradient down through the weights that are
 * updated, are waited for: see `writtenAfter`.
 *
 * @param mayOverwrite by the input's name
 */
export function inPlace(parts: GraphParts, mayOverwrite: (input: string) => boolean): InPlace {
  const free = new Map(
    parts.inputs.filter(({ name }) => mayOverwrite(name)).map(({ name, value }) => [name, value]),
  );
  const outputs = new Map(parts.outputs.map(({ name, value }) => [name, value]));
  const producers = new Map(
    parts.nodes.flatMap((named) => named.outputs.map((name) => [name, named] as const)),
  );
  const readers = readersOf(parts.nodes, free);
  const places = new Map<string, string>();
  const earlier = new Set<NamedNode>();

  const place = (named: NamedNode, naming: Naming): readonly NamedNode[] => {
    const output = outputs.get(named.outputs[0]!);
    const fitting = output ? [...free].filter(([, input]) => fits(input, output)) : [];
    if (fitting.length === 0) return [named];
    const before = ancestors(named, producers);
    const candidates = fitting
      .map(([input]) => ({
        input,
        pending: readers
          .get(input)!
          .filter((reader) => !before.has(reader) && !(reader === named && readsAsItWrites(named))),
      }))
      .filter(({ pending }) => pending.length === 0 || canWait(named, pending, earlier))
      .sort((a, b) => a.pending.length - b.pending.length);
    if (candidates.length === 0) return [named];
    const { input, pending } = candidates[0]!;
    free.delete(input);
    places.set(named.outputs[0]!, input);
    return pending.length > 0 ? writtenAfter(named, pending, naming) : [named];
  };

  const placed = rewritten(parts, (named, naming) => {
    const written = place(named, naming);
    earlier.add(named);
    return written;
  });
  return { parts: placed, places };
}

const fits = (a: Value, b: Value): boolean => a.type === b.type && sameShape(a.shape, b.shape);

/** The nodes that read each input, a reshaped view of it included. */
function readersOf(
  nodes: readonly NamedNode[],
  inputs: ReadonlyMap<string, Value>,
): ReadonlyMap<string, readonly NamedNode[]> {
  const readers = new Map<string, NamedNode[]>([...inputs.keys()].map((name) => [name, []]));
  const viewed = new Map<string, string>();
  for (const named of nodes) {
    for (const name of named.inputs) readers.get(viewed.get(name) ?? name)?.push(named);
    const source = named.inputs[0];
    if (named.node.op === 'Reshape' && source !== undefined) {
      viewed.set(named.outputs[0]!, viewed.get(source) ?? source);
    }
  }
  return readers;
}

/** The nodes that must have ended before one begins. */
function ancestors(named: NamedNode, producers: ReadonlyMap<string, NamedNode>): ReadonlySet<NamedNode> {
  const found = new Set<NamedNode>();
  const stack = [named];
  while (stack.length > 0) {
    for (const input of stack.pop()!.inputs) {
      const producer = producers.get(input);
      if (!producer || found.has(producer)) continue;
      found.add(producer);
      stack.push(producer);
    }
  }
  return found;
}

/** Whether a node reads number by number what it writes: the place of one may be the place of the other. */
const readsAsItWrites = ({ node }: NamedNode): boolean =>
  ['Add', 'Sub', 'Mul', 'Div'].includes(node.op) &&
  node.inputs.every((input) => sizeOf(input!.shape) === 1 || sameShape(input!.shape, node.outputs[0]!.shape));

/** Waiting for nodes that stand earlier closes no circle. */
const canWait = (named: NamedNode, pending: readonly NamedNode[], earlier: ReadonlySet<NamedNode>): boolean =>
  pending.every((reader) => earlier.has(reader)) &&
  named.node.inputs[0] !== null &&
  named.node.inputs[0] !== undefined &&
  fits(named.node.inputs[0], named.node.outputs[0]!);

/**
 * A node that begins when others have ended. ONNX orders nodes by what they read alone, so its first input is reshaped to
 * the shape that it has, plus nothing times a length of what the others give. No numbers are moved for that.
 */
function writtenAfter(named: NamedNode, others: readonly NamedNode[], naming: Naming): NamedNode[] {
  const lengths = others.map(({ outputs }) => standard('Shape', [outputs[0]!], naming.fresh()));
  const [all, least, nothing, shape, input] = Array.from({ length: 5 }, naming.fresh) as [
    string,
    string,
    string,
    string,
    string,
  ];
  return [
    ...lengths,
    standard(
      'Concat',
      lengths.map(({ outputs }) => outputs[0]!),
      all,
      { axis: 0 },
    ),
    standard('ReduceMin', [all], least, { keepdims: 0 }),
    standard('Mul', [least, naming.constant(uniform(0, [], 'int64'))], nothing),
    standard('Add', [naming.constant(int64s(named.node.outputs[0]!.shape)), nothing], shape),
    standard('Reshape', [named.inputs[0]!, shape], input, { allowzero: 1 }),
    { ...named, inputs: [input, ...named.inputs.slice(1)] },
  ];
}
