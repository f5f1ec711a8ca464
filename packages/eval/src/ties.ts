/**
 * The chance that one of `right` things is among the first `k` of `total`, when their order is drawn at random: 1 - (ways
 * to draw k of the wrong ones) / (ways to draw k of all). Nothing is among the first 0 or fewer.
 *
 * Equal scores are counted so everywhere in this package: their order says nothing, so what they are worth is the mean
 * over all orders. Scores that are all equal then give what chance gives.
 */
export function chanceAmongFirst(k: number, total: number, right: number): number {
  let none = 1;
  for (let i = 0; i < Math.min(k, total); i++) none *= Math.max(0, total - right - i) / (total - i);
  return 1 - none;
}
