import { normal, type Random } from '@tgm/random';

/** What decides the shapes of a head. */
export interface HeadShape {
  /** D of the tokens. */
  readonly width: number;
  /** Attention blocks in all, from 1: the last one pools, those before it let the tokens attend to each other. */
  readonly blocks: number;
  /** Heads of each attention; a divisor of `width`. */
  readonly attentionHeads: number;
  readonly classes: number;
}

/** Names and shapes of a head's parameters, [out, in] for linear layers, in the order of the computation. */
export function headParameters({
  width,
  blocks,
  classes,
}: HeadShape): readonly (readonly [string, number[]])[] {
  const linear = (name: string, outputs: number, inputs: number) =>
    [
      [`${name}.weight`, [outputs, inputs]],
      [`${name}.bias`, [outputs]],
    ] as [string, number[]][];
  const norm = (name: string) =>
    [
      [`${name}.weight`, [width]],
      [`${name}.bias`, [width]],
    ] as [string, number[]][];
  const list: [string, number[]][] = [];
  for (let block = 0; block < blocks; block++) {
    const pools = block === blocks - 1;
    const at = `blocks.${block}`;
    if (pools) list.push(['query', [1, width]]);
    list.push(...norm(`${at}.norm1`));
    list.push(...linear(`${at}.query`, width, width));
    // What the bias of the keys adds is the same for all tokens, and the softmax over them does not see it.
    list.push([`${at}.key.weight`, [width, width]]);
    if (!pools) list.push([`${at}.key.bias`, [width]]);
    list.push(...linear(`${at}.value`, width, width));
    if (!pools) list.push(...linear(`${at}.output`, width, width));
    list.push(...norm(`${at}.norm2`));
    list.push(...linear(`${at}.mlpIn`, 4 * width, width), ...linear(`${at}.mlpOut`, width, 4 * width));
  }
  return [...list, ...linear('head', classes, width)];
}

/** Deviation of fresh weights; V-JEPA draws its probes so. */
const DEVIATION = 0.02;

/** Fresh values: normal weights, norms of 1, biases of 0. */
export function drawHead(shape: HeadShape, random: Random): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(
    headParameters(shape).map(([name, dimensions]) => {
      const size = dimensions.reduce((product, dimension) => product * dimension, 1);
      if (/norm\d\.weight$/.test(name)) return [name, new Float32Array(size).fill(1)];
      if (name.endsWith('.bias')) return [name, new Float32Array(size)];
      return [name, Float32Array.from({ length: size }, () => DEVIATION * normal(random))];
    }),
  );
}
