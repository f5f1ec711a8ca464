import type { Value } from './value.js';

/**
 * How many nodes stand one after the other behind each value, the longest way counted.
 *
 * ONNX Runtime runs a graph from its last output back: of what waits it takes what was written last, with all that this
 * needs. Written deepest first, a training step updates its last layers before it goes on to the ones below, and
 * their activations and gradients are gone by then; the other way round it would keep all of them to the end.
 */
export function depths(values: readonly Value[]): ReadonlyMap<Value, number> {
  const known = new Map<Value, number>();
  const stack = [...values];
  while (stack.length > 0) {
    const value = stack.at(-1)!;
    if (known.has(value)) {
      stack.pop();
      continue;
    }
    const inputs =
      value.source.kind === 'node' ? value.source.node.inputs.filter((each) => each !== null) : [];
    const waiting = inputs.filter((input) => !known.has(input));
    if (waiting.length > 0) stack.push(...waiting);
    else {
      known.set(
        value,
        inputs.reduce((deepest, input) => Math.max(deepest, known.get(input)! + 1), 0),
      );
      stack.pop();
    }
  }
  return known;
}
