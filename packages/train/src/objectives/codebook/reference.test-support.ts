/** A step of a codebook of linear maps as loops in doubles. */

export type Matrix = readonly (readonly number[])[];

export interface Numbers {
  readonly encoderWeight: Matrix;
  readonly encoderBias: readonly number[];
  readonly decoderWeight: Matrix;
  readonly decoderBias: readonly number[];
}

export interface State {
  readonly codes: Matrix;
  readonly counts: readonly number[];
  readonly sums: Matrix;
}

const linear = (row: readonly number[], weight: Matrix, bias: readonly number[]): number[] =>
  weight.map((line, out) => line.reduce((sum, value, at) => sum + value * row[at]!, bias[out]!));

const square = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, at) => sum + (value - other[at]!) ** 2, 0);

export const encodedBy = (params: Numbers, tokens: Matrix): Matrix =>
  tokens.map((token) => linear(token, params.encoderWeight, params.encoderBias));

export function nearestBy(codes: Matrix, rows: Matrix): number[] {
  return rows.map((row) => {
    const distances = codes.map((code) => square(row, code));
    return distances.indexOf(Math.min(...distances));
  });
}

/**
 * Both terms. What is added to the encoded rows on their way to the decoder is held at what it is for `frozen`, so that slopes of
 * this function are the gradients that go straight through.
 */
export function termsBy(params: Numbers, frozen: Numbers, codes: Matrix, tokens: Matrix) {
  const rows = encodedBy(params, tokens);
  const before = encodedBy(frozen, tokens);
  const numbers = nearestBy(codes, before);
  let reconstruction = 0;
  let commitment = 0;
  for (const [at, token] of tokens.entries()) {
    const code = codes[numbers[at]!]!;
    const passed = rows[at]!.map((value, place) => value + code[place]! - before[at]![place]!);
    reconstruction += square(linear(passed, params.decoderWeight, params.decoderBias), token);
    commitment += square(rows[at]!, code);
  }
  return {
    reconstruction: reconstruction / (tokens.length * tokens[0]!.length),
    commitment: commitment / (tokens.length * codes[0]!.length),
    numbers,
    rows,
  };
}

/** The running means of VQ-VAE's appendix A.1; dead codes take rows along the running sum of the squared errors. */
export function movedBy(
  state: State,
  rows: Matrix,
  numbers: readonly number[],
  decay: number,
  deadShare: number,
) {
  const kept = state.codes.map((_, code) => rows.filter((__, at) => numbers[at] === code));
  const counts = state.counts.map((count, code) => decay * count + (1 - decay) * kept[code]!.length);
  const sums = state.sums.map((sum, code) =>
    sum.map((value, at) => decay * value + (1 - decay) * kept[code]!.reduce((all, row) => all + row[at]!, 0)),
  );
  const mean = counts.reduce((all, count) => all + count, 0) / counts.length;
  const dead = counts.map((count) => count <= deadShare * mean);
  const errors = rows.map((row, at) => square(row, state.codes[numbers[at]!]!));
  const sumsBefore = errors.map((_, at) => errors.slice(0, at + 1).reduce((sum, error) => sum + error, 0));
  const all = sumsBefore.at(-1)!;
  const reseeded = dead.filter(Boolean).length;
  let rank = 0;
  const next = counts.map((count, code) => {
    if (!dead[code]) return { code: sums[code]!.map((sum) => sum / count), count, sum: sums[code]! };
    const target = ((rank++ + 0.5) / reseeded) * all;
    const row = rows[sumsBefore.findIndex((behind) => behind > target)]!;
    return { code: row, count: mean, sum: row.map((value) => value * mean) };
  });
  return {
    state: {
      codes: next.map(({ code }) => code),
      counts: next.map(({ count }) => count),
      sums: next.map(({ sum }) => sum),
    },
    reseeded,
  };
}
