/** The methods in plain double-precision numbers and loops, from their papers. */

export type Matrix = readonly (readonly number[])[];

/** Weights of a head: a matrix, then a bias or a norm, for each of its maps. */
export interface ReferenceLayer {
  /** [out][in] */
  readonly weight: Matrix;
  readonly bias?: readonly number[];
  readonly norm?: { readonly weight: readonly number[]; readonly bias: readonly number[] };
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);

export const unit = (row: readonly number[]): number[] => {
  const length = Math.sqrt(dot(row, row) + 1e-12);
  return row.map((value) => value / length);
};

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function head(layers: readonly ReferenceLayer[], rows: Matrix): number[][] {
  let made = rows.map((row) => [...row]);
  layers.forEach(({ weight, bias, norm }, at) => {
    made = made.map((row) => weight.map((of, out) => dot(of, row) + (bias?.[out] ?? 0)));
    if (norm) {
      const columns = weight.map((_, out) => made.map((row) => row[out]!));
      const means = columns.map(mean);
      const variances = columns.map((column, out) => mean(column.map((value) => (value - means[out]!) ** 2)));
      made = made.map((row) =>
        row.map(
          (value, out) =>
            ((value - means[out]!) / Math.sqrt(variances[out]! + 1e-5)) * norm.weight[out]! + norm.bias[out]!,
        ),
      );
    }
    if (at < layers.length - 1) made = made.map((row) => row.map((value) => Math.max(0, value)));
  });
  return made;
}

/** -ln of the share of the first of the logits. */
export function crossEntropy([right, ...others]: readonly number[]): number {
  const largest = Math.max(right!, ...others);
  const sum = [right!, ...others].reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return Math.log(sum) + largest - right!;
}

/** SimCLR: each of 2 B embeddings finds its partner among the others of all other samples. */
export function ntXent(
  first: Matrix,
  second: Matrix,
  samples: readonly number[],
  temperature: number,
): number {
  const all = [...first, ...second].map(unit);
  const count = samples.length;
  const terms = all.map((row, at) => {
    const partner = (at + count) % (2 * count);
    const others = all.filter((_, other) => samples[other % count] !== samples[at % count]);
    return crossEntropy(
      [dot(row, all[partner]!), ...others.map((other) => dot(row, other))].map((s) => s / temperature),
    );
  });
  return mean(terms);
}

/** MoCo: each query finds its key among it and the queue, in which `queued` is the sample of each row. */
export function withQueue(
  queries: Matrix,
  keys: Matrix,
  queue: Matrix,
  samples: readonly number[],
  queued: readonly (number | undefined)[],
  temperature: number,
): number {
  const terms = queries.map((query, at) => {
    const others = queue.filter((_, place) => queued[place] !== samples[at]);
    const scores = [dot(unit(query), unit(keys[at]!)), ...others.map((other) => dot(unit(query), other))];
    return crossEntropy(scores.map((score) => score / temperature));
  });
  return mean(terms);
}

/** MoCo v3, one direction: each prediction finds its key among those of other samples. */
export function ofTheView(
  predictions: Matrix,
  keys: Matrix,
  samples: readonly number[],
  temperature: number,
): number {
  const terms = predictions.map((row, at) => {
    const others = keys.filter((_, other) => samples[other] !== samples[at]);
    const scores = [keys[at]!, ...others].map((key) => dot(unit(row), unit(key)));
    return crossEntropy(scores.map((score) => score / temperature));
  });
  return mean(terms);
}

/** BYOL, one direction. */
export const squaredDistance = (predictions: Matrix, targets: Matrix): number =>
  mean(
    predictions.map((row, at) =>
      unit(row).reduce((sum, value, column) => sum + (value - unit(targets[at]!)[column]!) ** 2, 0),
    ),
  );

/** NNCLR, one direction: the neighbours' samples are those of the support's places. */
export function byNeighbours(
  predictions: Matrix,
  targets: Matrix,
  support: Matrix,
  samples: readonly number[],
  supported: readonly (number | undefined)[],
  temperature: number,
): number {
  const said = predictions.map(unit);
  const terms = targets.map((target, at) => {
    const scores = support.map((row) => dot(row, unit(target)));
    const place = scores.indexOf(Math.max(...scores));
    const others = said.filter(
      (_, other) => samples[other] !== samples[at] && samples[other] !== supported[place],
    );
    const logits = [said[at]!, ...others].map((row) => dot(row, support[place]!) / temperature);
    return crossEntropy(logits);
  });
  return mean(terms);
}

/** SwAV's shares: exp(scores / epsilon), then columns and rows scaled in turn. */
export function shares(scores: Matrix, epsilon: number, iterations: number): number[][] {
  let made = scores.map((row) => row.map((score) => Math.exp(score / epsilon)));
  for (let round = 0; round < iterations; round++) {
    const columns = made[0]!.map((_, column) => made.reduce((sum, row) => sum + row[column]!, 0));
    made = made.map((row) => row.map((value, column) => value / columns[column]!));
    made = made.map((row) => {
      const sum = row.reduce((total, value) => total + value, 0);
      return row.map((value) => value / sum);
    });
  }
  return made;
}

/** SwAV, one direction. @param coding prototypes that the targets are coded with, without gradients. */
export function swapped(
  queries: Matrix,
  targets: Matrix,
  prototypes: Matrix,
  temperature: number,
  coding = prototypes,
): number {
  const scoresOf = (rows: Matrix, of: Matrix) =>
    rows.map((row) => of.map((each) => dot(unit(row), unit(each))));
  const codes = shares(scoresOf(targets, coding), 0.05, 3);
  const terms = scoresOf(queries, prototypes).map((scores, at) => {
    const logits = scores.map((score) => score / temperature);
    return codes[at]!.reduce((sum, share, k) => {
      const others = logits.filter((_, other) => other !== k);
      return sum + share * crossEntropy([logits[k]!, ...others]);
    }, 0);
  });
  return mean(terms);
}

/** CPC: predictions of one later moment, told apart from all later moments of others and the other moments of its own clip. */
export function predictive(
  predictions: Matrix,
  moments: readonly Matrix[],
  moment: number,
  samples: readonly number[],
): number {
  const terms = predictions.map((row, at) => {
    const others = moments.flatMap((rows, other) =>
      rows.filter((_, clip) => (other === moment ? samples[clip] !== samples[at] : true)),
    );
    return crossEntropy([moments[moment]![at]!, ...others].map((candidate) => dot(row, candidate)));
  });
  return mean(terms);
}
