import type { TokenMask } from '../strategy.js';
import { tokenCount } from '../token-grid.js';
import { expectDescription } from './contract-description.js';
import { broken, expectMask, expectSameMask } from './contract-expectations.js';
import type { ContractCheck, Trial } from './contract-trial.js';
import { withSealedGlobals } from './sealed-globals.js';

/** What every mask has to be, whatever the strategy reads. */
export function maskChecks({
  name,
  grids,
  unit,
  rounds,
  make,
  cuesOf,
  draw,
  forEachClip,
}: Trial): ContractCheck[] {
  return [
    {
      name: `${name}: has a ratio in [0, 1)`,
      run() {
        const { ratio } = make();
        if (!(ratio >= 0 && ratio < 1)) throw broken('a ratio in [0, 1)', String(ratio), name);
      },
    },
    {
      name: `${name}: describes itself: JSON, the same for the same options`,
      run() {
        const [grid] = grids;
        expectDescription(make, (used) => draw(grid!, 0, cuesOf(grid!, 0), used), name);
      },
    },
    {
      name: `${name}: gives two ascending lists that share nothing and miss nothing`,
      run: () => forEachClip((grid, clip, where) => expectMask(draw(grid, clip), grid, where)),
    },
    {
      name: `${name}: hides its ratio, to its unit or one token a slice, and no more`,
      run: () =>
        forEachClip((grid, clip, where) =>
          expectRatio(draw(grid, clip), make().ratio, unit(grid), rounds, where),
        ),
    },
    {
      name: `${name}: hides as many tokens of one clip as of another`,
      run: () => forEachClip((grid, clip, where) => expectSameCount(draw(grid, clip), draw(grid, 0), where)),
    },
    {
      name: `${name}: gives the same mask for the same request`,
      run: () =>
        forEachClip((grid, clip, where) =>
          expectSameMask(draw(grid, clip), draw(grid, clip), `${where}, again`),
        ),
    },
    {
      name: `${name}: keeps no state between clips`,
      run() {
        const used = make();
        forEachClip((grid, clip, where) =>
          expectSameMask(
            draw(grid, clip, cuesOf(grid, clip), used),
            draw(grid, clip),
            `${where}, used strategy`,
          ),
        );
      },
    },
    {
      name: `${name}: takes randomness from the request and never looks at the clock`,
      run: () =>
        forEachClip((grid, clip, where) => {
          withSealedGlobals(where, () => draw(grid, clip));
        }),
    },
  ];
}

/**
 * Throws unless a mask hides `ratio` of the tokens: `unit` fewer at most, for a rule that cuts each slice to a whole number, and
 * less than one more, for a rule that rounds a border in time. With `either` it may hide `unit` more.
 */
export function expectRatio(
  { masked, grid }: TokenMask,
  ratio: number,
  unit: number,
  rounds: 'down' | 'either',
  where: string,
): void {
  const wanted = ratio * tokenCount(grid);
  const more = masked.length - wanted;
  if (more >= -unit && (more < 1 || (rounds === 'either' && more <= unit))) return;
  const miss = `${wanted} masked tokens, or up to ${unit} fewer`;
  throw broken(rounds === 'either' ? `${miss} or more` : miss, String(masked.length), where);
}

/** Throws unless a clip has as many masked tokens as the first one. */
export function expectSameCount({ masked }: TokenMask, first: TokenMask, where: string): void {
  if (masked.length === first.masked.length) return;
  throw broken(`${first.masked.length} masked tokens, as in clip 0`, String(masked.length), where);
}
