import type { TokenGrid, TokenMask } from '../strategy.js';
import { tokenCount } from '../token-grid.js';
import { broken, expectMask } from './contract-expectations.js';
import { expectOptionsRefused, type StrategyFactory } from './contract-refusals.js';
import { type ContractCheck, type Trial, type TrialClips, trialOf } from './contract-trial.js';
import { expectRatio, expectSameCount } from './mask-checks.js';

/** How a factory has to treat its options, and what it makes at the ends of [0, 1). */
export function optionChecks(name: string, factory: StrategyFactory, clips: TrialClips): ContractCheck[] {
  const refuses = {
    name: `${name}: refuses unknown options and ratios outside [0, 1)`,
    run: () => expectOptionsRefused(factory, name),
  };
  if (!('ratio' in factory.options)) return [refuses];
  const extremes = {
    name: `${name}: keeps any ratio in [0, 1) that it takes, and leaves a token visible`,
    run() {
      for (const grid of clips.grids) {
        for (const ratio of extremeRatios(grid)) {
          const make = () => factory.make({ ...factory.options, ratio });
          const trial = trialOf(`${name}, ratio ${ratio}`, make, { ...clips, grids: [grid] });
          if (!isRefused(trial)) expectWholeMasks(trial);
        }
      }
    },
  };
  return [refuses, extremes];
}

/** Ratios at which a rule of counting goes wrong first. */
function extremeRatios(grid: TokenGrid): number[] {
  const tokens = tokenCount(grid);
  const perSlice = tokens / grid.slices;
  const nothing = 0.5 / tokens;
  const allButOne = [1 - 1 / tokens, 1 - 1 / perSlice];
  // 0.29 * 100 is below 29 in double precision, and a third has no end.
  return [0, nothing, 0.29, 1 / 3, 0.5, ...allButOne, 1 - Number.EPSILON / 2];
}

function expectWholeMasks({ make, unit, rounds, draw, forEachClip }: Trial): void {
  const { ratio } = make();
  let first: TokenMask | undefined;
  forEachClip((grid, clip, where) => {
    const mask = draw(grid, clip);
    first ??= mask;
    expectMask(mask, grid, where);
    expectRatio(mask, ratio, unit(grid), rounds, where);
    expectSameCount(mask, first, where);
  });
}

/** Whether a factory says that it does not take an option. */
function isRefused({ make, name }: Trial): boolean {
  try {
    make();
    return false;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'OPTION_INVALID') return true;
    throw broken('a strategy, or an error with the code OPTION_INVALID', String(error), name);
  }
}
