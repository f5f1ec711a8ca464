import { optionTable, wholeNumber } from '@tgm/options';
import { ModelError } from './errors.js';

const count = wholeNumber({ from: 1 });
const table = optionTable('sinusoidTable', { positions: count, width: count }, ModelError);

/**
 * The fixed table of positions: [positions, width], where an even channel j of row p holds
 * sin(p / 10000^(j / width)) and the odd channel after it the cosine of the same angle.
 * A. Vaswani et al., "Attention is all you need", 2017, section 3.5, with one dimension over all tokens as in
 * VideoMAE. Computed in double precision.
 * @throws ModelError with `OPTION_INVALID`
 */
export function sinusoidTable(positions: number, width: number): Float32Array {
  table.check({ positions, width });
  const values = new Float32Array(positions * width);
  for (let channel = 0; channel < width; channel++) {
    const even = channel - (channel % 2);
    const frequency = 1 / 10000 ** (even / width);
    const wave = channel % 2 === 0 ? Math.sin : Math.cos;
    for (let position = 0; position < positions; position++) {
      values[position * width + channel] = wave(position * frequency);
    }
  }
  return values;
}
