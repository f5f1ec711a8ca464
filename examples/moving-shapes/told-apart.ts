/**
 * Share of the pairs of which a classifier names both clips right, in [0, 1]. Clips 2k and 2k + 1 are a pair: the same frames,
 * forwards and backwards. An encoder that is blind to the order of frames gives both the same features, so that at most one of them
 * is right: 0.
 *
 * @param predictions [clips] class of each clip, as `linearProbe` gives it.
 * @param labels [clips]
 */
export function toldApart(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  const pairs = Math.floor(labels.length / 2);
  const right = (clip: number): boolean => predictions[clip] === labels[clip];
  const apart = Array.from({ length: pairs }, (_, pair) => right(2 * pair) && right(2 * pair + 1));
  return apart.filter(Boolean).length / pairs;
}
