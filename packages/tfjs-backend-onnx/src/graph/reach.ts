import type { Node, Value } from './value.js';

/** `values` and all that they are computed from, as far as `enter` says to look behind a node. */
export function reach(values: readonly Value[], enter: (node: Node) => boolean): Value[] {
  const seen = new Set<Value>(values);
  const stack = [...seen];
  while (stack.length > 0) {
    const { source } = stack.pop()!;
    if (source.kind !== 'node' || !enter(source.node)) continue;
    for (const input of source.node.inputs) {
      if (input === null || seen.has(input)) continue;
      seen.add(input);
      stack.push(input);
    }
  }
  return [...seen];
}
