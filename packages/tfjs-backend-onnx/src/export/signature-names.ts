import type { GraphParts, NamedNode, NamedValue } from '../graph/model.js';
import { standard } from '../graph/standard.js';
import type { Value } from '../graph/value.js';

/** A value of the signature: what it is called outside, and inside the collected graph, if it is there at all. */
export interface Port {
  readonly name: string;
  readonly value: Value;
  readonly inside: string | undefined;
}

/**
 * Gives a graph the inputs and outputs of a function's signature, under their names: an input that nothing reads is
 * declared all the same, and each output is a value of its own, copied where it is an input, a constant or another
 * output.
 */
export function withSignature(
  parts: GraphParts,
  inputs: readonly Port[],
  outputs: readonly Port[],
): GraphParts {
  const taken = new Set([...inputs, ...outputs].map(({ name }) => name));
  const names = new Map<string, string>();
  for (const { name, inside } of inputs) if (inside !== undefined) names.set(inside, name);
  const computed = new Set(parts.nodes.flatMap((node) => node.outputs));
  const copies: Port[] = [];
  for (const port of outputs) {
    if (computed.has(port.inside!) && !names.has(port.inside!)) names.set(port.inside!, port.name);
    else copies.push(port);
  }
  // An optional input left out has the empty name and keeps it.
  const rename = (name: string): string => {
    const known = names.get(name);
    if (known !== undefined) return known;
    let free = name;
    while (taken.has(free)) free += '_';
    taken.add(free);
    names.set(name, free);
    return free;
  };
  names.set('', '');
  const initializers = parts.initializers.map(
    ({ name, value }): NamedValue => ({ name: rename(name), value }),
  );
  const nodes = parts.nodes.map(
    ({ node, inputs, outputs }): NamedNode => ({
      node,
      inputs: inputs.map(rename),
      outputs: outputs.map(rename),
    }),
  );
  for (const { name, inside } of copies) nodes.push(standard('Identity', [rename(inside!)], name));
  return { nodes, initializers, inputs: [...inputs], outputs: [...outputs] };
}
