import type { GraphParts, NamedNode } from './model.js';
import { rewritten } from './rewrite.js';
import { standard } from './standard.js';
import { int64s } from './value.js';

/**
 * Takes apart the nodes with more inputs or outputs than a device can bind to one program: a Split becomes a Slice for
 * each part, a Concat a tree of Concats.
 *
 * @param most inputs or outputs of a node, 2 or more
 */
export function narrowed(parts: GraphParts, most: number): GraphParts {
  return rewritten(parts, (named, naming): NamedNode[] => {
    const { node, inputs, outputs } = named;
    if (node.op === 'Split' && outputs.length > most) {
      const axis = node.attributes.axis as number;
      const axes = naming.constant(int64s([axis]));
      let start = 0;
      return outputs.map((name, index) => {
        const end = start + node.outputs[index]!.shape[axis]!;
        const range = [naming.constant(int64s([start])), naming.constant(int64s([end]))];
        start = end;
        return standard('Slice', [inputs[0]!, ...range, axes], name);
      });
    }
    if (node.op === 'Concat' && inputs.length > most) {
      const made: NamedNode[] = [];
      let level = inputs;
      while (level.length > most) {
        const groups = Array.from({ length: Math.ceil(level.length / most) }, (_, index) =>
          level.slice(index * most, (index + 1) * most),
        );
        level = groups.map((group) => {
          if (group.length === 1) return group[0]!;
          const joined = naming.fresh();
          made.push(standard('Concat', group, joined, node.attributes));
          return joined;
        });
      }
      return [...made, standard('Concat', level, outputs[0]!, node.attributes)];
    }
    return [named];
  });
}
