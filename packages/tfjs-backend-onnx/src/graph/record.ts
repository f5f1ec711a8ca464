import type { Attribute, Node, Shape, Value, ValueType } from './value.js';

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

/** Records a node with several outputs. */
export function recordAll(
  op: string,
  inputs: readonly (Value | null)[],
  outputs: readonly OutputType[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain: Node['domain'] = '',
): Value[] {
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
