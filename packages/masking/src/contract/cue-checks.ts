import { seededRandom } from '@tgm/random';
import { sameCues, watchedCues, withFlatScores } from './contract-cues.js';
import { expectDirection } from './contract-direction.js';
import { broken, expectMask } from './contract-expectations.js';
import { expectMissingRefused, expectNumbersRefused } from './contract-refusals.js';
import { type ContractCheck, isLarge, type Trial } from './contract-trial.js';

/** How a strategy has to treat cues. */
export function cueChecks({ name, make, cuesOf, draw, forEachClip }: Trial): ContractCheck[] {
  return [
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
          const strategy = make();
          draw(grid, clip, watchedCues(cuesOf(grid, clip), strategy.requires, where), strategy);
        }),
    },
    {
      name: `${name}: refuses a request that lacks a cue it requires, or a part of one`,
      run: () =>
        forEachClip((grid, clip, where) => {
          const strategy = make();
          const mask = (cues: object) => draw(grid, clip, cues, strategy);
          expectMissingRefused(cuesOf(grid, clip), strategy.requires, mask, where);
        }),
    },
    {
      name: `${name}: refuses NaN and infinities in a cue it requires`,
      run: () =>
        forEachClip((grid, clip, where) => {
          const strategy = make();
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
    {
      name: `${name}: hides the side of a cue that it declares`,
      run: () =>
        forEachClip((grid, first, where) => {
          const strategy = make();
          // Large grids would take long and say nothing more.
          if (strategy.hides === undefined || first > 0 || isLarge(grid)) return;
          const clip = (number: number) => ({
            cues: cuesOf(grid, number),
            random: seededRandom('contract-direction', number),
          });
          const mask = (number: number, cues: object) => draw(grid, number, cues, strategy);
          expectDirection(strategy.hides, strategy.requires, grid, clip, mask, where);
        }),
    },
  ];
}
