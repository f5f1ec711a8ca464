import type { GraphParts, NamedNode } from './model.js';
import { type Naming, rewritten } from './rewrite.js';
import { type Attribute, type Node, uniform } from './value.js';

/**
 * Writes ONNX Runtime's own operators as standard ones, which every runtime has, where there is such a form.
 * Kernels of ONNX Runtime's own exist on the CPU and on CUDA; on its other devices they are missing here and there.
 */
export const standardised = (parts: GraphParts): GraphParts => rewritten(parts, standardNodes);

function standardNodes(named: NamedNode, naming: Naming): NamedNode[] {
  if (named.node.domain === '') return [named];
  if (named.node.op === 'FusedMatMul') return matrixProduct(named, naming);
  if (named.node.op === 'QuickGelu') return quickGelu(named, naming);
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
