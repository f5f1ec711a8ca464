/** VideoMAE's grid, of 16 frames of 224 x 224. */
export const GRID = { slices: 8, rows: 14, columns: 14 };

/** Clips whose masks are drawn. */
export const CLIPS = 64;
