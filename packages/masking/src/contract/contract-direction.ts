import { chooseIndices, type Random } from '@tgm/random';
import type { HiddenSide, TokenGrid, TokenMask } from '../strategy.js';
import { tokenCount } from '../token-grid.js';
import { broken } from './contract-expectations.js';

/** Deviations from chance that count as a direction. Chance goes as far in one of 30,000 trials. */
const CLEAR = 4;

/** Numbers of clips after which to judge. The first is plenty for a mask that goes by its cue alone; the last is for faint ones. */
const LOOKS: readonly number[] = [32, 64, 128, 256];

/**
 * Throws unless masks hide the side of a cue that a strategy declares. The numbers of the cue are dealt out to the tokens by
 * chance, so that a mask that does not go by them hides high ones as often as low ones: in each slice, and in the clip.
 * Nothing is said of a strategy that masks nothing, or of cues whose numbers are all the same.
 *
 * @param hides what the strategy declares.
 * @param requires the cues that it declares.
 * @param clip gives the cues of a clip, and draws for it.
 * @param draw draws the mask of a clip with the given cues.
 * @throws MaskingError `CONTRACT_BROKEN`.
 */
export function expectDirection(
  { cue, select }: HiddenSide,
  requires: readonly string[],
  grid: TokenGrid,
  clip: (number: number) => { cues: object; random: Random },
  draw: (number: number, cues: object) => TokenMask,
  where: string,
): void {
  if (!requires.includes(cue)) {
    throw broken(`a direction of a cue that it requires (${requires.join(', ') || 'none'})`, cue, where);
  }
  if (select !== 'top' && select !== 'bottom') throw broken('top or bottom', String(select), where);
  const tokens = tokenCount(grid);
  const inSlices = excessOf(tokens / grid.slices);
  const inClip = excessOf(tokens);
  const sign = select === 'top' ? 1 : -1;
  for (let number = 0; number < LOOKS.at(-1)!; number += 1) {
    const { cues, random } = clip(number);
    const order = chooseIndices(tokens, tokens, random);
    const dealt = dealtOut(Reflect.get(cues, cue), order);
    const numbers = numberOfEach(dealt, tokens);
    if (!numbers) throw broken(`a number or a vector for each token in cue ${cue}`, 'none', where);
    const { masked } = draw(number, { ...cues, [cue]: dealt });
    inSlices.add(numbers, masked);
    inClip.add(numbers, masked);
    if (!LOOKS.includes(number + 1)) continue;
    const found = [inSlices.deviations() * sign, inClip.deviations() * sign].filter(
      (each) => !Number.isNaN(each),
    );
    if (found.some((each) => each < -CLEAR)) break;
    if (found.length === 0 || found.some((each) => each > CLEAR)) return;
  }
  const received = `${inSlices.deviations().toFixed(1)} deviations in slices, ${inClip.deviations().toFixed(1)} in clips`;
  throw broken(`the ${select === 'top' ? 'high' : 'low'} numbers of ${cue} hidden`, received, where);
}

/** By how much the hidden numbers exceed what chance hides. */
interface Excess {
  add(numbers: Float64Array, masked: Uint32Array): void;
  /** Above chance if positive; NaN where there was no choice. */
  deviations(): number;
}

/**
 * The excess in parts of `size` tokens. Of n numbers with mean 0 and variance 1, k that are drawn by chance have a sum with
 * mean 0 and variance k (n - k) / (n - 1).
 */
function excessOf(size: number): Excess {
  let sum = 0;
  let variance = 0;
  return {
    add(numbers, masked) {
      const counts = new Uint32Array(numbers.length / size);
      const sums = new Float64Array(counts.length);
      for (const token of masked) {
        const part = Math.floor(token / size);
        counts[part]! += 1;
        sums[part]! += numbers[token]!;
      }
      counts.forEach((count, part) => {
        const { mean, deviation } = spread(numbers.subarray(part * size, (part + 1) * size));
        if (deviation === 0 || count === 0 || count === size) return;
        sum += (sums[part]! - count * mean) / deviation;
        variance += (count * (size - count)) / (size - 1);
      });
    },
    deviations: () => sum / Math.sqrt(variance),
  };
}

function spread(numbers: Float64Array): { mean: number; deviation: number } {
  const mean = numbers.reduce((total, number) => total + number, 0) / numbers.length;
  const square = numbers.reduce((total, number) => total + (number - mean) ** 2, 0) / numbers.length;
  return { mean, deviation: Math.sqrt(square) };
}

/** A copy in which what an array has for each token lies at another token: at `place` what was at `order[place]`. */
function dealtOut(cue: unknown, order: Uint32Array): unknown {
  if (ArrayBuffer.isView(cue) && !(cue instanceof DataView)) {
    const values = cue as Float32Array;
    const width = values.length / order.length;
    if (!Number.isInteger(width)) return cue;
    return values.map((_, at) => values[order[Math.floor(at / width)]! * width + (at % width)]!);
  }
  if (typeof cue !== 'object' || cue === null) return cue;
  return Object.fromEntries(Object.entries(cue).map(([name, part]) => [name, dealtOut(part, order)]));
}

/** The number of each token, or the length of its vector: of the first array that is as long as there are tokens, or a multiple. */
function numberOfEach(cue: unknown, tokens: number): Float64Array | undefined {
  const arrays = ArrayBuffer.isView(cue) ? [cue] : Object.values(cue ?? {});
  const values = arrays.find(
    (part): part is Float32Array => part instanceof Float32Array && part.length % tokens === 0,
  );
  if (!values || values.length === 0) return undefined;
  const width = values.length / tokens;
  return Float64Array.from({ length: tokens }, (_, token) =>
    width === 1 ? values[token]! : Math.hypot(...values.subarray(token * width, (token + 1) * width)),
  );
}
