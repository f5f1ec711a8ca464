/**
 * What ranks tell of the parts of a step, in the order of the batch: of the first part what each rank has, and so on.
 *
 * @param ranks of each rank, of each of its parts.
 */
export function inBatchOrder<Each>(ranks: readonly (readonly (readonly Each[])[])[]): Each[] {
  const parts = Math.max(...ranks.map(({ length }) => length));
  return Array.from({ length: parts }, (_, part) => ranks.flatMap((rank) => rank[part] ?? [])).flat();
}
