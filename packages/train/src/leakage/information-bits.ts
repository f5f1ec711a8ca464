import { type Random, uniformIndex } from '@tgm/masking';

/** What a contrastive term compares, of many clips on the host. */
export interface ComparedRows {
  /** [clips, E] L2-normalised. */
  readonly video: Float32Array;
  /** [clips, E] L2-normalised; row i belongs to row i of `video`. */
  readonly text: Float32Array;
  /** [clips, 2] of `textKeys`: equal captions are no negatives of each other. */
  readonly captionKey: Int32Array;
  /** [clips, 2] the same of samples. */
  readonly sampleKey: Int32Array;
}

/** A contrastive loss in batches, beside what guessing comes to in the very same batches. */
export interface InformationBits {
  /** (baseline - loss) / ln 2. */
  readonly bits: number;
  /** 95 % interval: 1.96 deviations of `bits` when the samples are drawn anew with replacement (bootstrap). */
  readonly low: number;
  readonly high: number;
  /** Symmetric InfoNCE in nats, mean over batches. */
  readonly loss: number;
  /** Mean of ln(1 + negatives) in the same batches: ln(batch size) where no two captions or samples are the same. */
  readonly baseline: number;
}

/** Ways to deal the clips out to batches, over which the loss is averaged. */
const DEALS = 32;
/** Draws of the samples for the interval, each dealt out twice. */
const DRAWS = 200;
const DEALS_OF_A_DRAW = 2;
/** Deviations of a 95 % interval. */
const NORMAL_95 = 1.96;

/**
 * How far a symmetric InfoNCE loss is below guessing, in batches of `batchSize` clips that are dealt out at random, whole batches
 * only. A sample that is drawn twice for the interval is no negative of itself.
 *
 * Of the scales the one with the lowest loss is taken. One number fitted on hundreds of clips is worth a few thousandths of a bit;
 * without it a head that is surer than it may be would tell less than nothing.
 *
 * @param scales factors of the cosines to choose from, 1 / temperature, each at most 100.
 */
export function informationBits(
  rows: ComparedRows,
  scales: readonly number[],
  batchSize: number,
  random: Random,
): InformationBits {
  const pairs = comparedPairs(rows);
  const own = Array.from({ length: pairs.clips }, (_, clip) => clip);
  const deals = Array.from({ length: DEALS }, () => dealt(own, random));
  const each = scales.map((scale) => {
    const weights = pairs.cosines.map((cosine) => Math.exp(scale * cosine));
    return { weights, ...meanOfDeals({ ...pairs, weights }, deals, batchSize) };
  });
  const { weights, loss, baseline } = each.reduce((best, one) => (one.loss < best.loss ? one : best));
  const samples = clipsBySample(pairs);
  const drawn = Array.from({ length: DRAWS }, () => {
    const clips = samples.flatMap(() => samples[uniformIndex(samples.length, random)]!);
    const order = Array.from({ length: DEALS_OF_A_DRAW }, () => dealt(clips, random));
    return inBits(meanOfDeals({ ...pairs, weights }, order, batchSize));
  });
  const half = NORMAL_95 * deviation(drawn);
  const bits = inBits({ loss, baseline });
  return { bits, low: bits - half, high: bits + half, loss, baseline };
}

const inBits = ({ loss, baseline }: { readonly loss: number; readonly baseline: number }): number =>
  (baseline - loss) / Math.LN2;

/** All pairs of clips once, so that a batch is a sum. */
interface ComparedPairs {
  readonly clips: number;
  /** [clips, clips] of video i and text j. */
  readonly cosines: Float64Array;
  readonly captions: readonly string[];
  readonly samples: readonly string[];
}

interface WeightedPairs extends ComparedPairs {
  /** [clips, clips] exp(scale * cosine). A scale of 100 stays within doubles. */
  readonly weights: Float64Array;
}

function comparedPairs({ video, text, captionKey, sampleKey }: ComparedRows): ComparedPairs {
  const clips = captionKey.length / 2;
  const width = video.length / clips;
  const cosines = new Float64Array(clips * clips);
  for (let row = 0; row < clips; row++) {
    for (let column = 0; column < clips; column++) {
      let cosine = 0;
      for (let at = 0; at < width; at++) cosine += video[row * width + at]! * text[column * width + at]!;
      cosines[row * clips + column] = cosine;
    }
  }
  const words = (keys: Int32Array) =>
    Array.from({ length: clips }, (_, clip) => `${keys[2 * clip]} ${keys[2 * clip + 1]}`);
  return { clips, cosines, captions: words(captionKey), samples: words(sampleKey) };
}

function clipsBySample({ samples }: ComparedPairs): readonly (readonly number[])[] {
  const clipsOf = new Map<string, number[]>();
  samples.forEach((sample, clip) => {
    clipsOf.set(sample, [...(clipsOf.get(sample) ?? []), clip]);
  });
  return [...clipsOf.values()];
}

/** @param deals clips in the order in which they are dealt out. */
function meanOfDeals(
  pairs: WeightedPairs,
  deals: readonly (readonly number[])[],
  batchSize: number,
): { readonly loss: number; readonly baseline: number } {
  let [loss, baseline, batches] = [0, 0, 0];
  for (const order of deals) {
    for (let from = 0; from + batchSize <= order.length; from += batchSize) {
      const batch = batchLoss(pairs, order.slice(from, from + batchSize));
      loss += batch.loss;
      baseline += batch.baseline;
      batches += 1;
    }
  }
  return { loss: loss / batches, baseline: baseline / batches };
}

/** The clips in a random order (Fisher and Yates). */
function dealt(clips: readonly number[], random: Random): number[] {
  const order = [...clips];
  for (let last = order.length - 1; last > 0; last--) {
    const other = uniformIndex(last + 1, random);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** As `infoNce` and `infoNceBaseline` of `@tgm/losses`, of clips that may be there twice. */
function batchLoss({ clips, weights, captions, samples }: WeightedPairs, batch: readonly number[]) {
  const ofRows = new Float64Array(batch.length);
  const ofColumns = new Float64Array(batch.length);
  let [loss, baseline] = [0, 0];
  batch.forEach((row, i) => {
    let negatives = 0;
    batch.forEach((column, j) => {
      if (i !== j && (captions[row] === captions[column] || samples[row] === samples[column])) return;
      const weight = weights[row * clips + column]!;
      ofRows[i]! += weight;
      ofColumns[j]! += weight;
      if (i !== j) negatives += 1;
    });
    baseline += Math.log1p(negatives);
  });
  batch.forEach((clip, i) => {
    loss += (Math.log(ofRows[i]!) + Math.log(ofColumns[i]!)) / 2 - Math.log(weights[clip * clips + clip]!);
  });
  return { loss: loss / batch.length, baseline: baseline / batch.length };
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
