import { callable, listOf, objectWith, optional, optionTable, text } from '@tgm/options';
import { type Random, seededRandom } from '@tgm/random';
import { MaskingError } from '../errors.js';
import type { MaskingStrategy, TokenGrid } from '../strategy.js';
import { tokenCount } from '../token-grid.js';
import { sameCues, watchedCues, withFlatScores } from './contract-cues.js';
import { expectDescription } from './contract-description.js';
import { broken, expectMask, expectSameMask } from './contract-expectations.js';
import {
  expectNumbersRefused,
  expectOptionsRefused,
  expectThrow,
  type StrategyFactory,
} from './contract-refusals.js';
import { withSealedGlobals } from './sealed-globals.js';
import { type SyntheticCues, syntheticCues } from './synthetic-cues.js';

/** One thing that every strategy must do. `run` throws a MaskingError `CONTRACT_BROKEN` when it does not. */
export interface ContractCheck {
  readonly name: string;
  run(): void;
}

export interface MaskingContractOptions<Cues extends object> {
  /** Cues of a made-up clip, another for each generator. Default `syntheticCues`, which has those of this package. */
  readonly cues: (grid: TokenGrid, random: Random) => Cues;
  /** Grids to try. Default: VideoMAE's, an odd one, a single slice and a single row. */
  readonly grids?: readonly TokenGrid[];
  /**
   * By how many tokens a mask may miss the ratio, such as those of a slice for a strategy that hides whole slices. Default: one of
   * each slice.
   */
  readonly unit?: (grid: TokenGrid) => number;
  /** Lets the contract also check that unknown options and wrong ratios are refused. Default: that is not checked. */
  readonly factory?: StrategyFactory;
}

const GRIDS: readonly TokenGrid[] = [
  { slices: 8, rows: 14, columns: 14 },
  { slices: 3, rows: 5, columns: 7 },
  { slices: 1, rows: 3, columns: 5 },
  { slices: 2, rows: 1, columns: 9 },
];

const table = optionTable(
  'maskingContract',
  {
    cues: optional(callable<(grid: TokenGrid, random: Random) => object>(), syntheticCues),
    grids: optional(
      listOf(objectWith<TokenGrid>('a token grid', ['slices', 'rows', 'columns']), { from: 1 }),
      GRIDS,
    ),
    unit: optional(callable<(grid: TokenGrid) => number>(), ({ slices }: TokenGrid) => slices),
    factory: optional(objectWith<StrategyFactory>('a factory', ['make', 'options'])),
  } satisfies Record<keyof MaskingContractOptions<object>, unknown>,
  MaskingError,
);

const argumentTable = optionTable(
  'maskingContract',
  { name: text(), makeStrategy: callable() },
  MaskingError,
);

/** Clips tried on each grid. */
const CLIPS = 8;

/**
 * The checks of the `MaskingStrategy` contract, to loop over in any test runner:
 * `for (const check of maskingContract('tube', () => tubeMasking({ ratio: 0.9 }))) it(check.name, check.run)`.
 *
 * @param name what the checks are called after.
 * @param makeStrategy gives a new strategy each time, with the same options.
 * @param options needed for a strategy that reads cues of its own.
 * @throws MaskingError `OPTION_INVALID`.
 */
export function maskingContract(
  name: string,
  makeStrategy: () => MaskingStrategy<SyntheticCues>,
  options?: Partial<MaskingContractOptions<SyntheticCues>>,
): ContractCheck[];
export function maskingContract<Cues extends object>(
  name: string,
  makeStrategy: () => MaskingStrategy<Cues>,
  options: MaskingContractOptions<NoInfer<Cues>>,
): ContractCheck[];
export function maskingContract(
  name: string,
  makeStrategy: () => MaskingStrategy<never>,
  options: Partial<MaskingContractOptions<object>> = {},
): ContractCheck[] {
  argumentTable.check({ name, makeStrategy });
  const { cues: makeCues, grids, unit, factory } = table.check(options);
  const cuesOf = (grid: TokenGrid, clip: number) =>
    makeCues(grid, seededRandom('contract-cues', tokenCount(grid), clip));
  const draw = (grid: TokenGrid, clip: number, cues = cuesOf(grid, clip), strategy = makeStrategy()) =>
    strategy.mask({ grid, random: seededRandom('contract-mask', clip), cues: cues as never });

  const forEachClip = (visit: (grid: TokenGrid, clip: number, where: string) => void) => {
    for (const grid of grids) {
      const shape = `${name} on ${grid.slices} x ${grid.rows} x ${grid.columns}`;
      for (let clip = 0; clip < CLIPS; clip += 1) visit(grid, clip, `${shape}, clip ${clip}`);
    }
  };

  return [
    {
      name: `${name}: has a ratio in [0, 1)`,
      run() {
        const { ratio } = makeStrategy();
        if (!(ratio >= 0 && ratio < 1)) throw broken('a ratio in [0, 1)', String(ratio), name);
      },
    },
    {
      name: `${name}: describes itself: JSON, the same for the same options`,
      run() {
        const [grid] = grids;
        expectDescription(makeStrategy, (used) => draw(grid!, 0, cuesOf(grid!, 0), used), name);
      },
    },
    {
      name: `${name}: gives two ascending lists that share nothing and miss nothing`,
      run: () => forEachClip((grid, clip, where) => expectMask(draw(grid, clip), grid, where)),
    },
    {
      name: `${name}: hides its ratio, to its unit or one token a slice`,
      run: () =>
        forEachClip((grid, clip, where) => {
          const wanted = makeStrategy().ratio * tokenCount(grid);
          const { length } = draw(grid, clip).masked;
          if (Math.abs(length - wanted) > unit(grid)) {
            throw broken(`${wanted} masked tokens, give or take ${unit(grid)}`, String(length), where);
          }
        }),
    },
    {
      name: `${name}: hides as many tokens of one clip as of another`,
      run: () =>
        forEachClip((grid, clip, where) => {
          const first = draw(grid, 0).masked.length;
          const { length } = draw(grid, clip).masked;
          if (length !== first) throw broken(`${first} masked tokens, as in clip 0`, String(length), where);
        }),
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
      run: () => {
        const used = makeStrategy();
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
    {
      name: `${name}: leaves the cues as they were`,
      run: () =>
        forEachClip((grid, clip, where) => {
          const cues = cuesOf(grid, clip);
          draw(grid, clip, cues);
          if (!sameCues(cues, cuesOf(grid, clip))) throw broken('unchanged cues', 'changed ones', where);
        }),
    },
    {
      name: `${name}: reads the cues that it declares and no others`,
      run: () =>
        forEachClip((grid, clip, where) => {
          const strategy = makeStrategy();
          draw(grid, clip, watchedCues(cuesOf(grid, clip), strategy.requires, where), strategy);
        }),
    },
    {
      name: `${name}: refuses a request that lacks a cue it requires`,
      run: () =>
        forEachClip((grid, clip, where) => {
          const strategy = makeStrategy();
          if (strategy.requires.length === 0) return;
          expectThrow(() => draw(grid, clip, {}, strategy), `${where}, no cues`);
        }),
    },
    {
      name: `${name}: refuses NaN and infinities in a cue it requires`,
      run: () =>
        forEachClip((grid, clip, where) => {
          const strategy = makeStrategy();
          const mask = (cues: object) => draw(grid, clip, cues, strategy);
          expectNumbersRefused(cuesOf(grid, clip), strategy.requires, mask, where);
        }),
    },
    {
      name: `${name}: copes with scores that are all the same`,
      run: () =>
        forEachClip((grid, clip, where) => {
          const mask = draw(grid, clip, withFlatScores(cuesOf(grid, clip)));
          expectMask(mask, grid, `${where}, flat cues`);
          const { length } = draw(grid, clip).masked;
          if (mask.masked.length === length) return;
          throw broken(`${length} masked tokens`, String(mask.masked.length), `${where}, flat cues`);
        }),
    },
    ...(factory
      ? [
          {
            name: `${name}: refuses unknown options and ratios outside [0, 1)`,
            run: () => expectOptionsRefused(factory, name),
          },
        ]
      : []),
  ];
}
