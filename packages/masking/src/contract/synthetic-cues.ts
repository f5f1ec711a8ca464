import { callable, optionTable } from '@tgm/options';
import { normal, type Random, uniformIndex } from '@tgm/random';
import type { AttentionCues, FlowCues, MotionCues, PartCues, TextCues } from '../cues.js';
import { MaskingError } from '../errors.js';
import type { TokenGrid } from '../strategy.js';
import { tokenCount } from '../token-grid.js';

/** Every cue that this package's own strategies read. */
export interface SyntheticCues extends TextCues, MotionCues, AttentionCues, PartCues, FlowCues {}

/** Share of tokens for which the made-up codec gives a vector. */
const KNOWN_SHARE = 0.8;

/** Parts of the made-up clip. */
const PARTS = 5;

const ARGUMENTS = optionTable('syntheticCues', { random: callable<Random>() }, MaskingError);

/**
 * Cues of a clip that does not exist: random scores, parts and vectors, some of these unknown, and a random flow of one frame a
 * slice and one sample a token.
 *
 * @throws MaskingError `OPTION_INVALID`, `GRID_INVALID`.
 */
export function syntheticCues(grid: TokenGrid, random: Random): SyntheticCues {
  ARGUMENTS.check({ random });
  const tokens = tokenCount(grid);
  const known = new Uint8Array(tokens).map(() => (random() < KNOWN_SHARE ? 1 : 0));
  const vectors = new Float32Array(tokens * 2).map((_, at) => normal(random) * known[at >> 1]!);
  return {
    tokenScores: new Float32Array(tokens).map(() => random() * 2 - 1),
    motion: { vectors, known },
    attention: new Float32Array(tokens).map(() => random()),
    parts: new Uint8Array(tokens).map(() => uniformIndex(PARTS, random)),
    flow: {
      frameCount: grid.slices,
      samples: 1,
      backward: randomFlow(grid, random),
      forward: randomFlow(grid, random),
    },
  };
}

function randomFlow({ slices, rows, columns }: TokenGrid, random: Random): Float32Array {
  return Float32Array.from({ length: (slices - 1) * 2 * rows * columns }, () => random() * 4 - 2);
}
