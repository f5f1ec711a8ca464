/** Where a parameter lies in a checkpoint under the names of the model's authors. */
export interface OfficialTensor {
  readonly official: string;
  /** The parameter's name here. */
  readonly name: string;
  /** Which third of the rows, where query, key and value are one tensor; absent for all of it. */
  readonly third?: 0 | 1 | 2;
  /** Whether it is stored as [in, out]. */
  readonly transposed?: true;
}

/** The shape of the official tensor that holds a parameter of `shape`. */
export function officialShape({ third, transposed }: OfficialTensor, shape: readonly number[]): number[] {
  const [rows, ...rest] = shape;
  if (third !== undefined) return [rows! * 3, ...rest];
  return transposed ? shape.toReversed() : [...shape];
}

/** The parameter of `shape` out of the official tensor that holds it. */
export function takeOfficial(
  { third, transposed }: OfficialTensor,
  shape: readonly number[],
  data: Float32Array,
): Float32Array {
  if (third !== undefined) {
    const size = data.length / 3;
    return data.slice(third * size, (third + 1) * size);
  }
  if (!transposed) return data;
  const [rows, columns] = shape as [number, number];
  return Float32Array.from({ length: data.length }, (_, place) => {
    const row = Math.floor(place / columns);
    return data[(place % columns) * rows + row]!;
  });
}

/** `from.weight` and `from.bias` as `to.weight` and `to.bias`. */
export function layerRows(from: string, to: string): OfficialTensor[] {
  return ['weight', 'bias'].map((part) => ({ official: `${from}.${part}`, name: `${to}.${part}` }));
}
