import type * as masking from './index.js';
import { ownStrategies } from './own-strategies.test-values.js';
import type { TokenGrid } from './strategy.js';
import type * as testing from './testing.js';

const GRIDS: readonly TokenGrid[] = [
  { slices: 8, rows: 14, columns: 14 },
  { slices: 3, rows: 5, columns: 7 },
];

const CLIPS = 3;

/** Masks of all strategies as texts, by strategy: per grid and clip, a hexadecimal digit for four tokens, or the code of an error. */
export function masksOfAll(
  library: typeof masking,
  { syntheticCues }: typeof testing,
): Record<string, string> {
  const { seededRandom } = library;
  const maskOf = (
    make: () => masking.MaskingStrategy<testing.SyntheticCues>,
    grid: TokenGrid,
    clip: number,
  ) => {
    try {
      const cues = syntheticCues(grid, seededRandom('cues', clip));
      const { masked, visible } = make().mask({ grid, random: seededRandom('mask', clip), cues });
      return hexadecimal(masked, masked.length + visible.length);
    } catch (error) {
      return String((error as { code?: unknown }).code ?? error);
    }
  };
  const rows = ownStrategies(library).map(({ title, make, options }) => {
    const masks = GRIDS.flatMap((grid) =>
      Array.from({ length: CLIPS }, (_, clip) => maskOf(() => make(options), grid, clip)),
    );
    return [title, masks.join(' ')];
  });
  return Object.fromEntries(rows);
}

function hexadecimal(masked: Uint32Array, tokens: number): string {
  const digits = new Uint8Array(Math.ceil(tokens / 4));
  for (const token of masked) digits[token >> 2]! |= 1 << (token & 3);
  return Array.from(digits, (digit) => digit.toString(16)).join('');
}
