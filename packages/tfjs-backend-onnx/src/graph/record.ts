import {
  type Attribute,
  type Node,
  type Shape,
  sizeOf,
  uniform,
  type Value,
  type ValueType,
} from './value.js';

let lastTrace = 0;
let currentTrace = 0;

/** The number of the trace in progress, 0 outside of any. */
export const activeTrace = (): number => currentTrace;

/** Runs `body` as a new trace: what it records carries the trace's number. Synchronous, so traces do not overlap. */
export function withTrace<Result>(body: (trace: number) => Result): Result {
  const outer = currentTrace;
  currentTrace = ++lastTrace;
  try {
    return body(currentTrace);
  } finally {
    currentTrace = outer;
  }
}

export interface OutputType {
  readonly shape: Shape;
  readonly type: ValueType;
}

/** Records a node with several outputs; where none of them has an element, nothing has to be computed. */
export function recordAll(
  op: string,
  inputs: readonly (Value | null)[],
  outputs: readonly OutputType[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain: Node['domain'] = '',
): Value[] {
  if (outputs.every(({ shape }) => sizeOf(shape) === 0)) {
    return outputs.map(({ shape, type }) => uniform(0, shape, type));
  }
  const node: Node = { op, domain, inputs, attributes, outputs: [], trace: currentTrace };
  for (const [index, { shape, type }] of outputs.entries()) {
    node.outputs.push({ shape, type, source: { kind: 'node', node, index } });
  }
  return node.outputs;
}

/** Records a node with one output. */
export function record(
  op: string,
  inputs: readonly (Value | null)[],
  output: OutputType,
  attributes: Readonly<Record<string, Attribute>> = {},
  domain: Node['domain'] = '',
): Value {
  return recordAll(op, inputs, [output], attributes, domain)[0]!;
}
