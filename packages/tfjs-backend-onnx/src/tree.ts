import * as tf from '@tensorflow/tfjs';
import { showValue } from '@tgm/options';
import type { InputTree, Static, TensorTree } from './engine.js';
import { EngineError, notATensorTree } from './errors.js';

type Fields = { readonly [key: string]: InputTree };

/** A tensor of a tree and where it stands. */
export interface Leaf {
  readonly tensor: tf.Tensor;
  /** Keys and positions from the root. */
  readonly path: readonly (string | number)[];
}

/** Lists a function's input tensors in order; static values are passed over. */
export const flattenInputs = (tree: InputTree): tf.Tensor[] =>
  leaves(tree, 'inputs').map(({ tensor }) => tensor);

/**
 * The tensors in the donated fields of a function's inputs.
 *
 * @throws EngineError `OPTION_INVALID` for a field that the inputs do not have
 */
export function donatedTensors(tree: InputTree, donate: readonly string[]): ReadonlySet<tf.Tensor> {
  const fields = tree instanceof tf.Tensor || isStatic(tree) ? [] : Object.keys(tree);
  const missing = donate.find((field) => !fields.includes(field));
  if (missing !== undefined) {
    throw new EngineError('OPTION_INVALID', {
      where: 'compile, option donate',
      expected: `fields of the inputs (${fields.join(', ')})`,
      received: showValue(missing),
    });
  }
  return new Set(
    leaves(tree, 'inputs').flatMap(({ tensor, path }) => (donate.includes(String(path[0])) ? [tensor] : [])),
  );
}

/** Lists a function's output tensors in order. */
export const flattenOutputs = (tree: TensorTree): tf.Tensor[] =>
  leaves(tree, 'outputs').map(({ tensor }) => tensor);

/** The tensors of a tree in order. Records count their keys in sorted order, so key order is no part of it. */
export function leaves(tree: InputTree, root: 'inputs' | 'outputs'): Leaf[] {
  const found: Leaf[] = [];
  const visit = (node: InputTree, path: readonly (string | number)[]): void => {
    if (node instanceof tf.Tensor) found.push({ tensor: node, path });
    else if (Array.isArray(node)) {
      for (const [index, item] of node.entries()) visit(item, [...path, index]);
    } else if (isFields(node)) {
      for (const key of Object.keys(node).sort()) visit(node[key]!, [...path, key]);
    } else if (root === 'outputs' || !isStatic(node)) {
      throw notATensorTree(root + path.map(step).join(''), describe(node));
    }
  };
  visit(tree, []);
  return found;
}

const step = (key: string | number): string => (typeof key === 'number' ? `[${key}]` : `.${key}`);

const isStatic = (node: unknown): node is Static =>
  typeof node === 'number' || typeof node === 'string' || typeof node === 'boolean';

const isFields = (node: unknown): node is Fields =>
  typeof node === 'object' && node !== null && !(node instanceof Promise) && !ArrayBuffer.isView(node);

function describe(node: unknown): string {
  return node instanceof Promise ? 'a promise' : showValue(node);
}

/** Builds a tree of the same structure from other tensors, in the order of `leaves`. */
export function unflatten<Tree extends InputTree>(like: Tree, tensors: readonly tf.Tensor[]): Tree {
  let next = 0;
  const build = (tree: InputTree): InputTree => {
    if (tree instanceof tf.Tensor) return tensors[next++]!;
    if (Array.isArray(tree)) return tree.map(build);
    if (isStatic(tree)) return tree;
    const fields = tree as Fields;
    const built: Record<string, InputTree> = {};
    for (const key of Object.keys(fields).sort()) built[key] = build(fields[key]!);
    return built;
  };
  return build(like) as Tree;
}

/** Structure, shapes, types and static values: what a trace depends on. */
export function signature(tree: InputTree): string {
  if (tree instanceof tf.Tensor) return `${tree.dtype}[${tree.shape}]`;
  if (Array.isArray(tree)) return `(${tree.map(signature)})`;
  if (typeof tree === 'string') return JSON.stringify(tree);
  if (typeof tree === 'number') return Object.is(tree, -0) ? '-0' : String(tree);
  if (typeof tree === 'boolean') return String(tree);
  const fields = tree as Fields;
  return `{${Object.keys(fields)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${signature(fields[key]!)}`)}}`;
}
