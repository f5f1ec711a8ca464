import type { GraphParts, NamedNode } from './model.js';
import { type Naming, rewritten } from './rewrite.js';
import { type Attribute, int64s, type Node, uniform } from './value.js';

/**
 * Writes ONNX Runtime's own operators as standard ones, which every runtime has, where there is such a form.
 * Kernels of ONNX Runtime's own exist on the CPU and on CUDA; on its other devices they are missing here and there.
 */
export const standardised = (parts: GraphParts): GraphParts => rewritten(parts, standardNodes);

function standardNodes(named: NamedNode, naming: Naming): NamedNode[] {
  if (named.node.domain === '') return [named];
  if (named.node.op === 'FusedMatMul') return matrixProduct(named, naming);
  if (named.node.op === 'QuickGelu') return quickGelu(named, naming);
  if (named.node.op === 'MultiHeadAttention') return attention(named, naming);
  return [named];
}

/** alpha a b with either one transposed: Transpose, MatMul, Mul. */
function matrixProduct({ node, inputs, outputs }: NamedNode, naming: Naming): NamedNode[] {
  const made: NamedNode[] = [];
  const operands = inputs.map((name, position) => {
    if (node.attributes[position === 0 ? 'transA' : 'transB'] !== 1) return name;
    const axes = node.inputs[position]!.shape.map((_, axis) => axis);
    const perm = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
    const swapped = naming.fresh();
    made.push(standard('Transpose', [name], swapped, { perm }));
    return swapped;
  });
  const alpha = numberOf(node, 'alpha');
  const product = alpha === 1 ? outputs[0]! : naming.fresh();
  made.push(standard('MatMul', operands, product));
  if (alpha !== 1) {
    made.push(standard('Mul', [product, naming.constant(uniform(alpha, [], 'float32'))], outputs[0]!));
  }
  return made;
}

/** x sigmoid(alpha x). */
function quickGelu({ node, inputs, outputs }: NamedNode, naming: Naming): NamedNode[] {
  const [x] = inputs as [string];
  const [scaled, gate] = [naming.fresh(), naming.fresh()];
  const alpha = naming.constant(uniform(numberOf(node, 'alpha'), [], 'float32'));
  return [
    standard('Mul', [x, alpha], scaled),
    standard('Sigmoid', [scaled], gate),
    standard('Mul', [x, gate], outputs[0]!),
  ];
}

/** softmax(q kᵀ scale) v of [B, N, heads * headDim], one head after the other: together their weights may be too large. */
function attention({ node, inputs, outputs }: NamedNode, naming: Naming): NamedNode[] {
  const heads = node.attributes.num_heads as number;
  const made: NamedNode[] = [];
  const run = (op: string, operands: readonly string[], attributes = {}, output = naming.fresh()): string => {
    made.push(standard(op, operands, output, attributes));
    return output;
  };
  const integers = (...numbers: number[]) => naming.constant(int64s(numbers));
  const factor = naming.constant(uniform(numberOf(node, 'scale'), [], 'float32'));
  const [query, key, value] = inputs.map((name, position) => {
    const [batch, rows, width] = node.inputs[position]!.shape as [number, number, number];
    const apart = run('Reshape', [name, integers(batch, rows, heads, width / heads)]);
    const swapped = run('Transpose', [apart], { perm: position === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3] });
    const matrix = position === 1 ? [width / heads, rows] : [rows, width / heads];
    return run('Reshape', [swapped, integers(batch * heads, ...matrix)]);
  }) as [string, string, string];
  const [batch, rows, width] = node.outputs[0]!.shape as [number, number, number];
  const mixed = Array.from({ length: batch * heads }, (_, head) => {
    const own = (operand: string) => run('Slice', [operand, integers(head), integers(head + 1), integers(0)]);
    const scores = run('Mul', [run('MatMul', [own(query), own(key)]), factor]);
    return run('MatMul', [run('Softmax', [scores], { axis: -1 }), own(value)]);
  });
  const joined = mixed.length === 1 ? mixed[0]! : run('Concat', mixed, { axis: 0 });
  const apart = run('Reshape', [joined, integers(batch, heads, rows, width / heads)]);
  const swapped = run('Transpose', [apart], { perm: [0, 2, 1, 3] });
  run('Reshape', [swapped, integers(batch, rows, width)], {}, outputs[0]!);
  return made;
}

const numberOf = (node: Node, attribute: string): number =>
  (node.attributes[attribute] as { readonly float: number }).float;

export function standard(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): NamedNode {
  return {
    node: { op, domain: '', inputs: [], attributes, outputs: [], trace: 0 },
    inputs,
    outputs: [output],
  };
}
