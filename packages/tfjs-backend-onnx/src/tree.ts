import * as tf from '@tensorflow/tfjs';
import type { TensorTree } from './engine.js';
import { TensorTreeError } from './errors.js';

/** Lists a tree's tensors in order. Records count their keys in sorted order, so key order is no part of it. */
export function flatten(tree: TensorTree, path: string): tf.Tensor[] {
  if (tree instanceof tf.Tensor) return [tree];
  if (Array.isArray(tree))
    return tree.flatMap((item: TensorTree, index) => flatten(item, `${path}[${index}]`));
  if (typeof tree !== 'object' || tree === null || tree instanceof Promise || ArrayBuffer.isView(tree)) {
    throw new TensorTreeError(path, tree instanceof Promise ? 'a promise' : describe(tree));
  }
  const record = tree as { readonly [key: string]: TensorTree };
  return Object.keys(record)
    .sort()
    .flatMap((key) => flatten(record[key]!, `${path}.${key}`));
}

/** Builds a tree of the same structure from other tensors, in `flatten`'s order. */
export function unflatten<Tree extends TensorTree>(like: Tree, tensors: readonly tf.Tensor[]): Tree {
  let next = 0;
  const build = (tree: TensorTree): TensorTree => {
    if (tree instanceof tf.Tensor) return tensors[next++]!;
    if (Array.isArray(tree)) return tree.map(build);
    const record = tree as { readonly [key: string]: TensorTree };
    const built: Record<string, TensorTree> = {};
    for (const key of Object.keys(record).sort()) built[key] = build(record[key]!);
    return built;
  };
  return build(like) as Tree;
}

/** Structure, shapes and types: what a trace depends on. */
export function signature(tree: TensorTree): string {
  if (tree instanceof tf.Tensor) return `${tree.dtype}[${tree.shape}]`;
  if (Array.isArray(tree)) return `(${tree.map(signature)})`;
  const record = tree as { readonly [key: string]: TensorTree };
  return `{${Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${signature(record[key]!)}`)}}`;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return ArrayBuffer.isView(value) ? value.constructor.name : typeof value;
}
