import { ProtobufWriter } from './protobuf.js';
import type { Attribute, Node, TypedData, Value, ValueType } from './value.js';
import { sizeOf } from './value.js';

/** Field numbers and enumerations are those of onnx.proto3, IR version 9, operator set 20. */
const IR_VERSION = 9;
export const OPERATOR_SET = 20;
const ELEMENT_TYPE: Record<ValueType, number> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 };
const ATTRIBUTE_TYPE = { float: 1, integer: 2, text: 3, tensor: 4, integers: 7 };

export interface NamedValue {
  readonly name: string;
  readonly value: Value;
  /** Declares an input or output of any shape instead of the value's. */
  readonly anyShape?: boolean;
}
export interface NamedNode {
  readonly node: Node;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}
export interface GraphParts {
  readonly nodes: readonly NamedNode[];
  readonly inputs: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
  /** Constants and single-element uniforms. */
  readonly initializers: readonly NamedValue[];
  /** Name of a first output that is an empty sequence instead of a tensor. */
  readonly sequenceOutput?: string | undefined;
}

/** The bytes of an ONNX ModelProto. */
export function encodeModel({
  nodes,
  inputs,
  outputs,
  initializers,
  sequenceOutput,
}: GraphParts): Uint8Array {
  const graph = new ProtobufWriter(1 << 16);
  for (const node of nodes) graph.message(1, (message) => writeNode(message, node));
  if (sequenceOutput !== undefined) {
    graph.message(1, (message) => message.text(2, sequenceOutput).text(4, 'SequenceEmpty'));
  }
  graph.text(2, 'recorded');
  for (const { name, value } of initializers)
    graph.message(5, (message) => writeTensor(message, value, name));
  for (const input of inputs) graph.message(11, (message) => writeValueInfo(message, input));
  if (sequenceOutput !== undefined) {
    graph.message(12, (message) => writeSequenceInfo(message, sequenceOutput));
  }
  for (const output of outputs) graph.message(12, (message) => writeValueInfo(message, output));
  const model = new ProtobufWriter(1 << 16)
    .integer(1, IR_VERSION)
    .text(2, '@tgm/tfjs-backend-onnx')
    .bytes(7, graph.finish());
  for (const domain of domainsOf(nodes)) {
    model.message(8, (message) => message.text(1, domain).integer(2, domain === '' ? OPERATOR_SET : 1));
  }
  return model.finish();
}

/** The operator domains that a graph uses, the standard one (empty) always and first. */
export const domainsOf = (nodes: readonly NamedNode[]): string[] => [
  ...new Set(['', ...nodes.map(({ node }) => node.domain)]),
];

function writeNode(message: ProtobufWriter, { node, inputs, outputs }: NamedNode): void {
  for (const name of inputs) message.text(1, name);
  for (const name of outputs) message.text(2, name);
  message.text(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    message.message(5, (inner) => writeAttribute(inner.text(1, name), attribute));
  }
  if (node.domain !== '') message.text(7, node.domain);
}

function writeAttribute(message: ProtobufWriter, attribute: Attribute): void {
  if (typeof attribute === 'number') message.integer(3, attribute).integer(20, ATTRIBUTE_TYPE.integer);
  else if (typeof attribute === 'string') message.text(4, attribute).integer(20, ATTRIBUTE_TYPE.text);
  else if ('float' in attribute) message.float(2, attribute.float).integer(20, ATTRIBUTE_TYPE.float);
  else if ('tensor' in attribute) {
    message.message(5, (inner) => writeTensor(inner, attribute.tensor)).integer(20, ATTRIBUTE_TYPE.tensor);
  } else {
    for (const integer of attribute) message.integer(8, integer);
    message.integer(20, ATTRIBUTE_TYPE.integers);
  }
}

function writeTensor(message: ProtobufWriter, value: Value, name?: string): void {
  for (const length of value.shape) message.integer(1, length);
  message.integer(2, ELEMENT_TYPE[value.type]);
  if (name !== undefined) message.text(8, name);
  const data = dataOf(value);
  message.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValueInfo(message: ProtobufWriter, { name, value, anyShape }: NamedValue): void {
  message.text(1, name).message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.integer(1, ELEMENT_TYPE[value.type]);
      if (anyShape) return;
      tensor.message(2, (shape) => {
        for (const length of value.shape) shape.message(1, (dimension) => dimension.integer(1, length));
      });
    }),
  );
}

/** A sequence of float32 tensors of any shape. */
function writeSequenceInfo(message: ProtobufWriter, name: string): void {
  message
    .text(1, name)
    .message(2, (type) =>
      type.message(4, (sequence) =>
        sequence.message(1, (element) =>
          element.message(1, (tensor) => tensor.integer(1, ELEMENT_TYPE.float32)),
        ),
      ),
    );
}

/** The numbers of a value that does not have to be computed. */
export function dataOf(value: Value): TypedData | Float64Array {
  if (value.source.kind === 'constant') return value.source.data;
  if (value.source.kind !== 'uniform')
    throw new Error(`A ${value.source.kind} value has no data of its own.`);
  const { number } = value.source;
  const size = sizeOf(value.shape);
  switch (value.type) {
    case 'float32':
      return new Float32Array(size).fill(number);
    case 'int32':
      return new Int32Array(size).fill(number);
    case 'bool':
      return new Uint8Array(size).fill(number);
    case 'int64':
      return new BigInt64Array(size).fill(BigInt(number));
    case 'float64':
      return new Float64Array(size).fill(number);
  }
}
