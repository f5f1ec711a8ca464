import type { GraphParts, NamedNode } from './model.js';
import type { Value } from './value.js';

/** How a rewriting makes names: of a new intermediate value, and of a constant. */
export interface Naming {
  fresh(): string;
  constant(value: Value): string;
}

/** Puts other nodes in the place of each one; they must give its outputs under their names. */
export function rewritten(
  parts: GraphParts,
  rewrite: (named: NamedNode, naming: Naming) => readonly NamedNode[],
): GraphParts {
  const used = new Set([
    ...[...parts.initializers, ...parts.inputs, ...parts.outputs].map(({ name }) => name),
    ...parts.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const initializers = [...parts.initializers];
  let count = 0;
  const fresh = (): string => {
    let name: string;
    do name = `s${count++}`;
    while (used.has(name));
    return name;
  };
  const constant = (value: Value): string => {
    const name = fresh();
    initializers.push({ name, value });
    return name;
  };
  const nodes = parts.nodes.flatMap((node) => rewrite(node, { fresh, constant }));
  return { ...parts, nodes, initializers };
}
