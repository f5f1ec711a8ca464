import { callable, listOf, objectWith, oneOf, optional, optionTable, text } from '@tgm/options';
import type { Random } from '@tgm/random';
import { MaskingError } from '../errors.js';
import type { MaskingStrategy, TokenGrid } from '../strategy.js';
import { isBroken } from './contract-expectations.js';
import type { StrategyFactory } from './contract-refusals.js';
import { type ContractCheck, trialOf } from './contract-trial.js';
import { cueChecks } from './cue-checks.js';
import { maskChecks } from './mask-checks.js';
import { optionChecks } from './option-checks.js';
import { type SyntheticCues, syntheticCues } from './synthetic-cues.js';

export interface MaskingContractOptions<Cues extends object> {
  /**
   * Cues of a made-up clip, another for each generator. Default `syntheticCues`, which has those of this package. Each part of
   * a required cue that they have is taken for required too.
   */
  readonly cues: (grid: TokenGrid, random: Random) => Cues;
  /**
   * Grids to try. Default: VideoMAE's, an odd one, a single slice, a single row, a row in a single slice, a single token, and
   * one of 16,384 tokens. A strategy that refuses some of them needs others.
   */
  readonly grids?: readonly TokenGrid[];
  /**
   * By how many tokens a mask may miss the ratio, such as those of a slice for a strategy that hides whole slices. Default: one of
   * each slice.
   */
  readonly unit?: (grid: TokenGrid) => number;
  /**
   * Whether a mask may miss the ratio by hiding too few only, or by hiding too many as well, as one does that rounds the visible
   * tokens down. Default `down`.
   */
  readonly rounds?: 'down' | 'either';
  /**
   * Lets the contract also check that unknown options and wrong ratios are refused, and that masks at the ends of [0, 1) are as
   * they should be. Default: that is not checked.
   */
  readonly factory?: StrategyFactory;
}

/** The grids that strategies are tried on. */
export const CONTRACT_GRIDS: readonly TokenGrid[] = [
  { slices: 8, rows: 14, columns: 14 },
  { slices: 3, rows: 5, columns: 7 },
  { slices: 1, rows: 3, columns: 5 },
  { slices: 2, rows: 1, columns: 9 },
  { slices: 1, rows: 1, columns: 6 },
  { slices: 1, rows: 1, columns: 1 },
  { slices: 16, rows: 32, columns: 32 },
];

const table = optionTable(
  'maskingContract',
  {
    cues: optional(callable<(grid: TokenGrid, random: Random) => object>(), syntheticCues),
    grids: optional(
      listOf(objectWith<TokenGrid>('a token grid', ['slices', 'rows', 'columns']), { from: 1 }),
      CONTRACT_GRIDS,
    ),
    unit: optional(callable<(grid: TokenGrid) => number>(), ({ slices }: TokenGrid) => slices),
    rounds: optional(oneOf(['down', 'either']), 'down'),
    factory: optional(objectWith<StrategyFactory>('a factory', ['make', 'options'])),
  } satisfies Record<keyof MaskingContractOptions<object>, unknown>,
  MaskingError,
);

const argumentTable = optionTable(
  'maskingContract',
  { name: text(), makeStrategy: callable() },
  MaskingError,
);

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
  const { factory, ...clips } = table.check(options);
  const trial = trialOf(name, makeStrategy, clips);
  const checks = [
    ...maskChecks(trial),
    ...cueChecks(trial),
    ...(factory ? optionChecks(name, factory, clips) : []),
  ];
  return checks.map((check) => ({ name: check.name, run: () => withoutOtherErrors(name, check.run) }));
}

/** Whatever a strategy throws where it should not, or makes of what is none, breaks the contract. */
function withoutOtherErrors(where: string, run: () => void): void {
  try {
    run();
  } catch (cause) {
    if (isBroken(cause)) throw cause;
    throw new MaskingError('CONTRACT_BROKEN', {
      where,
      expected: 'no error of the strategy',
      received: String(cause),
      cause,
    });
  }
}
