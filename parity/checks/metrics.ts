import { knn, meanOfViews } from '@tgm/eval';
import { type Fixture, numbers, stored } from '../fixture.js';
import { compare, type Quantity, same } from '../quantity.js';
import { parseTolerance, toleranceOf } from '../tolerance.js';

/** Multi-view top-1 and top-5, and weighted nearest neighbours. */
export function* checkMetrics(fixture: Fixture): Generator<Quantity> {
  yield* checkViews(fixture);
  yield* checkNeighbours(fixture);
}

function* checkViews(fixture: Fixture): Generator<Quantity> {
  const { multiview, tolerance } = fixture.json;
  const [videos, views, classes] = stored(fixture, 'multiview/logits').shape as [number, number, number];
  const logits = numbers(fixture, 'multiview/logits') as Float32Array;
  const labels = numbers(fixture, 'multiview/labels');
  const mean = meanOfViews(logits, views, classes);
  const quantity = 'multiview/mean_probabilities';
  yield compare(quantity, mean, numbers(fixture, quantity), toleranceOf(tolerance, 'mean_probabilities'));
  const ranked = Array.from({ length: videos }, (_, video) => {
    const scores = mean.subarray(video * classes, (video + 1) * classes);
    return Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  });
  const best = ranked.map(([first]) => first);
  yield same('multiview/prediction', best, Array.from(numbers(fixture, 'multiview/prediction')));
  for (const count of [1, 5]) {
    const right = ranked.filter((order, video) => order.slice(0, count).includes(labels[video]!)).length;
    yield same(`multiview top${count} count`, [right], [multiview[`top${count}_count`]]);
    yield compare(
      `multiview top${count} percent`,
      [(100 * right) / videos],
      [multiview[`top${count}_percent`]],
      PERCENT,
    );
  }
}

/** Exact but for the last place: 100 * 114 / 200 is 57, and 114 / 200 * 100 is 56.99999999999999. */
const PERCENT = parseTolerance('rel 1e-14');

function* checkNeighbours(fixture: Fixture): Generator<Quantity> {
  const { classes, temperature, dim, results } = fixture.json.knn;
  const features = (name: string) => {
    const values = numbers(fixture, name) as Float32Array;
    return { values, count: values.length / dim, width: dim };
  };
  for (const expected of results) {
    const { k } = expected;
    const testLabels = numbers(fixture, 'knn/test_labels') as Int32Array;
    const result = knn({
      train: features('knn/train_features'),
      trainLabels: numbers(fixture, 'knn/train_labels') as Int32Array,
      test: features('knn/test_features'),
      testLabels,
      classes,
      k,
      temperature,
    });
    const of = (name: string) => numbers(fixture, `knn/k${k}/${name}`);
    yield same(`knn/k${k}/neighbours, as sets`, sets(result.neighbours, k), sets(of('neighbours'), k));
    yield same(`knn/k${k}/prediction`, Array.from(result.predictions), Array.from(of('prediction')));
    const scores = toleranceOf(fixture.json.tolerance, 'knn scores');
    const shares = sharesOf(of('scores'), classes);
    yield compare(`knn/k${k}/scores, as shares`, result.scores, shares, scores);
    const right = testLabels.filter((label, row) => label === result.predictions[row]).length;
    yield same(`knn/k${k} top1 count`, [right], [expected.top1_count]);
    yield compare(`knn/k${k} top1 percent`, [result.top1], [expected.top1_percent], PERCENT);
    const voted = expected.top5_percent_counting_only_classes_with_votes;
    yield compare(`knn/k${k} top5 percent, classes with votes`, [result.top5], [voted], PERCENT);
  }
}

/** Votes [count, classes] as shares of each row's sum. */
function sharesOf(votes: ArrayLike<number>, classes: number): Float64Array {
  const sums = new Float64Array(votes.length / classes);
  for (let at = 0; at < votes.length; at++) sums[Math.floor(at / classes)]! += votes[at]!;
  return Float64Array.from(votes, (vote, at) => vote / sums[Math.floor(at / classes)]!);
}

function sets(neighbours: ArrayLike<number>, k: number): number[][] {
  const rows = Array.from({ length: neighbours.length / k }, (_, row) =>
    Array.from({ length: k }, (_, place) => neighbours[row * k + place]!),
  );
  return rows.map((row) => row.sort((a, b) => a - b));
}
