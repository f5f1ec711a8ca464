import {
  type ClipFrames,
  MaskingError,
  type MaskingStrategy,
  type TokenGrid,
  type TokenScores,
  textGuidedMasking,
  tokenCount,
} from '@tgm/masking';

/** What `edgeMasking` reads: how much neighbouring pixels of each token differ. */
export interface EdgeCues {
  readonly edges: TokenScores;
}

/** The cue: the mean difference of a pixel to its right and to its lower neighbour in the token, 0-255, over its frames. */
export function edgeCue({ frames, height, width }: ClipFrames, grid: TokenGrid): TokenScores {
  const edges = new Float32Array(tokenCount(grid));
  const frameSize = height * width * 3;
  const [cellHeight, cellWidth] = [height / grid.rows, width / grid.columns];
  const perSlice = frames.length / frameSize / grid.slices;
  const pixels = 2 * perSlice * cellHeight * cellWidth * 3;
  for (let at = 0; at < frames.length; at += 1) {
    const slice = Math.floor(at / frameSize / perSlice);
    const [y, x] = [Math.floor((at % frameSize) / (width * 3)), Math.floor(at / 3) % width];
    const token = (slice * grid.rows + Math.floor(y / cellHeight)) * grid.columns + Math.floor(x / cellWidth);
    const right = (x + 1) % cellWidth === 0 ? 0 : Math.abs(frames[at + 3]! - frames[at]!);
    const down = (y + 1) % cellHeight === 0 ? 0 : Math.abs(frames[at + width * 3]! - frames[at]!);
    edges[token]! += (right + down) / pixels;
  }
  return edges;
}

/** The strategy: hides the k tokens of each slice with the most edges. Any ranking does: here that of text-guided masks. */
export function edgeMasking({ ratio }: { readonly ratio: number }): MaskingStrategy<EdgeCues> {
  const ranked = textGuidedMasking({ ratio });
  return {
    name: 'edges',
    ratio,
    requires: ['edges'],
    hides: { cue: 'edges', select: 'top' },
    describe: () => ({ is: 'edgeMasking', ratio }),
    mask({ cues, ...request }) {
      if (!cues.edges) {
        throw new MaskingError('CUE_MISSING', {
          where: 'edgeMasking',
          expected: 'a cue edges (TokenScores)',
          received: 'none',
        });
      }
      return ranked.mask({ ...request, cues: { tokenScores: cues.edges } });
    },
  };
}
