/** As much of ONNX's protocol buffers as small graphs need (onnx.proto3): fields by number. */
type Field = readonly [number, number | string | Uint8Array];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

function message(...fields: readonly Field[]): Uint8Array {
  const bytes = fields.flatMap(([field, value]) => {
    if (typeof value === 'number') return [...varint(field * 8), ...varint(value)];
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return [...varint(field * 8 + 2), ...varint(content.length), ...content];
  });
  return Uint8Array.from(bytes);
}

const TYPES = { float32: 1, int32: 6, int64: 7 } as const;

/** A number of a shape, or the name of a size that is free. */
export interface TinyValue {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  readonly shape: readonly (number | string)[];
}

export interface TinyConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface TinyNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Lists of whole numbers, and whole numbers. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** An ONNX file of operator set 13. */
export function tinyOnnx(
  inputs: readonly TinyValue[],
  outputs: readonly TinyValue[],
  constants: readonly TinyConstant[],
  nodes: readonly TinyNode[],
): Uint8Array {
  const valueInfo = ({ name, type, shape }: TinyValue) => {
    const sizes = shape.map((size): Field => [1, message([typeof size === 'number' ? 1 : 2, size])]);
    return message([1, name], [2, message([1, message([1, TYPES[type]], [2, message(...sizes)])])]);
  };
  const graph = message(
    ...nodes.map((node): Field => [1, nodeOf(node)]),
    [2, 'tiny'],
    ...constants.map(({ name, shape, data }): Field => {
      const type = TYPES[data instanceof Float32Array ? 'float32' : 'int64'];
      const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return [5, message(...shape.map((size): Field => [1, size]), [2, type], [8, name], [9, raw])];
    }),
    ...inputs.map((value): Field => [11, valueInfo(value)]),
    ...outputs.map((value): Field => [12, valueInfo(value)]),
  );
  return message([1, 8], [7, graph], [8, message([1, ''], [2, 13])]);
}

function nodeOf({ operator, inputs, output, attributes = {} }: TinyNode): Uint8Array {
  return message(
    ...inputs.map((input): Field => [1, input]),
    [2, output],
    [4, operator],
    ...Object.entries(attributes).map(([name, value]): Field => {
      const list = typeof value === 'number' ? undefined : value.map((entry): Field => [8, entry]);
      const content: Field[] = list
        ? [...list, [20, 7]]
        : [
            [3, value as number],
            [20, 2],
          ];
      return [5, message([1, name], ...content)];
    }),
  );
}
