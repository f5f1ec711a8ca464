import { normal as drawNormal, type Random } from '@tgm/masking';

/** Draws the values of one parameter. */
export type Initializer = (count: number, random: Random) => Float32Array;

export const zeros: Initializer = (count) => new Float32Array(count);

export function constant(value: number): Initializer {
  return (count) => new Float32Array(count).fill(value);
}

/** Uniform in [-bound, bound). */
export function uniform(bound: number): Initializer {
  return (count, random) => Float32Array.from({ length: count }, () => (2 * random() - 1) * bound);
}

/** Glorot and Bengio, 2010: uniform with variance 2 / (inputs + outputs), times `scale`. */
export function xavierUniform(inputs: number, outputs: number, scale = 1): Initializer {
  return uniform(scale * Math.sqrt(6 / (inputs + outputs)));
}

/** Normal with mean 0; draws beyond `limit` standard deviations are drawn again. */
export function truncatedNormal(std: number, limit: number): Initializer {
  return (count, random) => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      let draw = drawNormal(random);
      while (Math.abs(draw) > limit) draw = drawNormal(random);
      values[i] = draw * std;
    }
    return values;
  };
}

export function normal(std: number): Initializer {
  return (count, random) => Float32Array.from({ length: count }, () => drawNormal(random) * std);
}
