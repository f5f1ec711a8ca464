import { type MaskingStrategy, maskedCount, tokenMask, tokensPerSlice } from '@tgm/masking';

/** Hides a disc around a random point, the same in every slice: the k cells nearest to it. */
export function discMasking({ ratio }: { readonly ratio: number }): MaskingStrategy {
  return {
    name: 'disc',
    ratio,
    requires: [],
    describe: () => ({ is: 'discMasking', ratio }),
    mask({ grid, random }) {
      const centreRow = random() * grid.rows;
      const centreColumn = random() * grid.columns;
      const perSlice = tokensPerSlice(grid);
      const distances = Array.from({ length: perSlice }, (_, cell) => {
        const row = Math.floor(cell / grid.columns) + 0.5;
        const column = (cell % grid.columns) + 0.5;
        return Math.hypot(row - centreRow, column - centreColumn);
      });
      const nearest = [...distances.keys()].sort((a, b) => distances[a]! - distances[b]! || a - b);
      const masked = new Uint8Array(grid.slices * perSlice);
      for (const cell of nearest.slice(0, maskedCount(perSlice, ratio))) {
        for (let slice = 0; slice < grid.slices; slice++) masked[slice * perSlice + cell] = 1;
      }
      return tokenMask(grid, masked);
    },
  };
}
