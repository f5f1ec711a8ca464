import type { MaskingStrategy } from '../strategy.js';
import { withOneValue, withoutOnePart } from './contract-cues.js';
import { broken, isBroken } from './contract-expectations.js';

/** How a strategy is made, for the checks of its options. */
export interface StrategyFactory {
  /** The factory under test. It is also called with options that it must refuse. */
  // biome-ignore lint/suspicious/noExplicitAny: the factory's own options, right and wrong ones
  readonly make: (options: any) => MaskingStrategy<never>;
  /** Options that it takes, such as `{ ratio: 0.6 }`. */
  readonly options: Readonly<Record<string, unknown>>;
}

const UNKNOWN_OPTION = 'optionThatNoStrategyHas';

const WRONG_RATIOS = [1, -0.1, Number.NaN, '0.5'];

/** Throws unless the factory takes its options and refuses an unknown name and, where it has a ratio, wrong ones. */
export function expectOptionsRefused({ make, options }: StrategyFactory, where: string): void {
  make(options);
  expectThrow(() => make({ ...options, [UNKNOWN_OPTION]: 1 }), `${where}, option ${UNKNOWN_OPTION}`);
  if (!('ratio' in options)) return;
  for (const ratio of WRONG_RATIOS) {
    expectThrow(() => make({ ...options, ratio }), `${where}, ratio ${JSON.stringify(ratio) ?? ratio}`);
  }
}

/**
 * Throws unless `mask` refuses NaN and infinities in each array of each cue of `names`.
 *
 * @param mask draws a mask with the given cues.
 */
export function expectNumbersRefused(
  cues: object,
  names: readonly string[],
  mask: (cues: object) => unknown,
  where: string,
): void {
  for (const name of names) {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const { cue, what } of withOneValue(Reflect.get(cues, name), value, name)) {
        expectThrow(() => mask({ ...cues, [name]: cue }), `${where}, ${what}`);
      }
    }
  }
}

/** Throws unless `mask` refuses cues that lack one of `names`, or a part of one. */
export function expectMissingRefused(
  cues: object,
  names: readonly string[],
  mask: (cues: object) => unknown,
  where: string,
): void {
  if (names.length > 0) expectThrow(() => mask({}), `${where}, no cues`);
  for (const name of names) {
    const others = Object.fromEntries(Object.entries(cues).filter(([other]) => other !== name));
    expectThrow(() => mask(others), `${where}, no cue ${name}`);
    for (const { cue, what } of withoutOnePart(Reflect.get(cues, name), name)) {
      expectThrow(() => mask({ ...cues, [name]: cue }), `${where}, ${what}`);
    }
  }
}

/** Throws unless `action` does. What is no mask is no refusal. */
export function expectThrow(action: () => unknown, where: string): void {
  try {
    action();
  } catch (error) {
    if (isBroken(error)) throw error;
    return;
  }
  throw broken('an error', 'none', where);
}
