import { describe, expect, it } from 'vitest';
import type { TextCues } from '../cues.js';
import { randomMasking } from '../strategies/random-masking.js';
import { textGuidedMasking } from '../strategies/text-guided-masking.js';
import type { MaskingStrategy, TokenMask } from '../strategy.js';
import { tokenCount, tokenMask } from '../token-grid.js';
import { type MaskingContractOptions, maskingContract } from './contract.js';
import type { StrategyFactory } from './contract-refusals.js';
import type { SyntheticCues } from './synthetic-cues.js';

describe('a strategy that breaks the contract fails the check that says so', () => {
  const base = textGuidedMasking({ ratio: 0.6 });
  const changed = (change: (mask: TokenMask) => Partial<TokenMask>): MaskingStrategy<TextCues> => ({
    ...base,
    mask: (request) => {
      const mask = base.mask(request);
      return { ...mask, ...change(mask) };
    },
  });
  let calls = 0;
  const culprits: Record<string, { strategy: MaskingStrategy<TextCues>; fails: string }> = {
    'ratio of 1': { strategy: { ...base, ratio: 1 }, fails: 'ratio in [0, 1)' },
    'ratio it does not keep': { strategy: { ...base, ratio: 0.2 }, fails: 'hides its ratio' },
    'descending list': {
      strategy: changed((mask) => ({ masked: mask.masked.slice().reverse() })),
      fails: 'ascending lists',
    },
    'token in both lists': {
      strategy: changed((mask) => ({ visible: mask.masked })),
      fails: 'ascending lists',
    },
    'lost token': {
      strategy: changed((mask) => ({ visible: mask.visible.slice(1) })),
      fails: 'ascending lists',
    },
    'count that depends on the clip': {
      strategy: {
        ...base,
        mask: (request) => {
          const mask = base.mask(request);
          if (request.cues.tokenScores[0]! < 0) return mask;
          const visible = Uint32Array.from([...mask.visible, mask.masked[0]!]).sort();
          return { ...mask, visible, masked: mask.masked.slice(1) };
        },
      },
      fails: 'of one clip as of another',
    },
    state: {
      strategy: {
        ...base,
        mask: (request) => {
          calls += 1;
          return (calls % 2 ? base : textGuidedMasking({ ratio: 0.6, select: 'bottom' })).mask(request);
        },
      },
      fails: 'same mask for the same request',
    },
    'global randomness': {
      strategy: {
        ...base,
        mask: (request) => {
          Reflect.get(Math, 'random')();
          return base.mask(request);
        },
      },
      fails: 'randomness from the request',
    },
    clock: {
      strategy: {
        ...base,
        mask: (request) => {
          try {
            new Date();
          } catch {
            // A strategy that hides the error is found all the same.
          }
          return base.mask(request);
        },
      },
      fails: 'never looks at the clock',
    },
    'changed cue': {
      strategy: {
        ...base,
        mask: (request) => {
          request.cues.tokenScores[0] = 9;
          return base.mask(request);
        },
      },
      fails: 'leaves the cues',
    },
    'no description': { strategy: { ...base, describe: undefined as never }, fails: 'describes itself' },
    'description without the name of its maker': {
      strategy: { ...base, describe: () => ({ ratio: 0.6 }) as never },
      fails: 'describes itself',
    },
    'description that is no object': {
      strategy: { ...base, describe: () => undefined as never },
      fails: 'describes itself',
    },
    'description that JSON cannot say': {
      strategy: { ...base, describe: () => ({ is: 'culprit', weights: new Map() as never }) },
      fails: 'describes itself',
    },
    'description with a number that JSON cannot say, in a list': {
      strategy: {
        ...base,
        describe: () => ({ is: 'culprit', range: [0, { to: Number.POSITIVE_INFINITY }] }),
      },
      fails: 'describes itself',
    },
    'description that changes from call to call': {
      strategy: { ...base, describe: () => ({ is: 'culprit', calls: calls++ }) },
      fails: 'describes itself',
    },
    'description that tells the time': {
      strategy: { ...base, describe: () => ({ is: 'culprit', made: new Date().toISOString() }) },
      fails: 'describes itself',
    },
    'undeclared cue': { strategy: { ...base, requires: [] }, fails: 'cues that it declares' },
    'question about an undeclared cue': {
      strategy: {
        ...base,
        mask: (request) =>
          ('motion' in request.cues ? base : textGuidedMasking({ ratio: 0.5 })).mask(request),
      },
      fails: 'cues that it declares',
    },
    'NaN taken for a score': {
      strategy: {
        ...base,
        mask: (request) =>
          base.mask({
            ...request,
            cues: { tokenScores: request.cues.tokenScores.map((score) => (Number.isNaN(score) ? 0 : score)) },
          }),
      },
      fails: 'NaN and infinities',
    },
    'infinity taken for a score': {
      strategy: {
        ...base,
        mask: (request) =>
          base.mask({
            ...request,
            cues: { tokenScores: request.cues.tokenScores.map((score) => Math.min(score, 9)) },
          }),
      },
      fails: 'NaN and infinities',
    },
    'cue it does not insist on': {
      strategy: {
        ...base,
        mask: (request) =>
          base.mask({ ...request, cues: { tokenScores: request.cues.tokenScores ?? new Float32Array(105) } }),
      },
      fails: 'lacks a cue',
    },
  };
  const grids = [{ slices: 3, rows: 5, columns: 7 }];
  const expectBroken = (
    make: () => MaskingStrategy<TextCues>,
    fails: string,
    options: Partial<MaskingContractOptions<SyntheticCues>> = {},
  ) => {
    const checks = maskingContract('culprit', make, { grids, ...options });
    const check = checks.find((each) => each.name.includes(fails));
    expect(() => check?.run()).toThrow(expect.objectContaining({ code: 'CONTRACT_BROKEN' }));
  };
  for (const [name, { strategy, fails }] of Object.entries(culprits)) {
    it(name, () => expectBroken(() => strategy, fails));
  }

  it('a factory that takes unknown options, and one that takes any ratio', () => {
    const { make, options } = { make: textGuidedMasking, options: { ratio: 0.6 } };
    const factories: StrategyFactory[] = [
      { make: ({ ratio }) => make({ ratio }), options },
      { make: ({ ratio, ...others }) => make({ ratio: 0.5, ...others }), options },
      { make: ({ ratio, ...others }) => make({ ratio: Number(ratio), ...others }), options },
    ];
    for (const factory of factories) expectBroken(() => make(options), 'unknown options', { factory });
  });

  it('whole slices too many, beyond the unit that is told', () => {
    const grid = { slices: 3, rows: 5, columns: 7 };
    const lastSlice: MaskingStrategy = {
      ...base,
      ratio: 0.5,
      requires: [],
      mask: () => ({
        grid,
        visible: Uint32Array.from({ length: 70 }, (_, token) => token),
        masked: Uint32Array.from({ length: 35 }, (_, token) => 70 + token),
      }),
    };
    // One slice of three is half a slice away from the ratio 0.5: 17.5 tokens.
    expectBroken(() => lastSlice, 'hides its ratio');
    expectBroken(() => lastSlice, 'hides its ratio', { unit: () => 17 });
    const checks = maskingContract('last slice', () => lastSlice, { grids: [grid], unit: () => 18 });
    expect(() => checks.find(({ name }) => name.includes('hides its ratio'))!.run()).not.toThrow();
  });

  it('tokens too many, unless it is told that the strategy rounds so', () => {
    // VideoMAE's grid at 0.9: 176.4 of a slice.
    const more = (hidden: number): MaskingStrategy => ({
      ...base,
      ratio: 0.9,
      requires: [],
      mask({ grid }) {
        const masked = new Uint8Array(tokenCount(grid)).map((_, token) => (token % 196 < hidden ? 1 : 0));
        return tokenMask(grid, masked);
      },
    });
    const grids = [{ slices: 8, rows: 14, columns: 14 }];
    const run = (hidden: number) =>
      maskingContract('more', () => more(hidden), { grids, rounds: 'either' })
        .find(({ name }) => name.includes('hides its ratio'))!
        .run();
    expectBroken(() => more(177), 'hides its ratio', { grids });
    expect(() => run(177)).not.toThrow();
    expect(() => run(178)).toThrow('or up to 8 fewer or more');
  });

  it('state that only a second clip shows', () => {
    const stateful = (): MaskingStrategy => {
      let used = false;
      return {
        ...randomMasking({ ratio: 0.5 }),
        mask: (request) => {
          if (used) request.random();
          used = true;
          return randomMasking({ ratio: 0.5 }).mask(request);
        },
      };
    };
    const check = maskingContract('stateful', stateful, { grids }).find((each) =>
      each.name.includes('no state'),
    );
    expect(() => check?.run()).toThrow(expect.objectContaining({ code: 'CONTRACT_BROKEN' }));
  });

  it('a description that changes once a mask is drawn, and one that is another for each value', () => {
    const used = (): MaskingStrategy<TextCues> => {
      let masks = 0;
      return {
        ...base,
        mask: (request) => {
          masks += 1;
          return base.mask(request);
        },
        describe: () => ({ is: 'culprit', masks }),
      };
    };
    expectBroken(used, 'describes itself');
    let made = 0;
    const numbered = () => {
      made += 1;
      const number = made;
      return { ...base, describe: () => ({ is: 'culprit', number }) };
    };
    expectBroken(numbered, 'describes itself');
  });

  it.each<[string, () => unknown]>([
    ['nothing for a mask', () => ({ ...base, mask: () => undefined })],
    ['lists that are none', () => ({ ...base, mask: () => ({ visible: [0], masked: [], grid: {} }) })],
    [
      'a mask without a grid',
      () => ({ ...base, mask: (request: never) => ({ ...base.mask(request), grid: null }) }),
    ],
    [
      'an error',
      () => ({ ...base, mask: (request: { grid?: object }) => Object.keys(request.grid!).at(9)!.at(0) }),
    ],
    ['no strategy', () => undefined],
    ['no list of cues', () => ({ ...base, requires: undefined })],
  ])('%s: every check that fails says that the contract is broken', (_what, make) => {
    const found = maskingContract('culprit', make as () => MaskingStrategy<TextCues>, {
      grids: [{ slices: 2, rows: 2, columns: 2 }],
    }).flatMap(({ run }) => {
      try {
        run();
        return [];
      } catch (error) {
        return [error];
      }
    });
    expect(found.length).toBeGreaterThan(0);
    for (const error of found) expect(error).toMatchObject({ code: 'CONTRACT_BROKEN' });
  });

  it('nothing for a mask fails the checks of refusals too', () => {
    const checks = maskingContract('culprit', () => ({ ...base, mask: () => undefined as never }));
    for (const { run } of checks.filter(({ name }) => name.includes('refuses'))) {
      expect(run).toThrow(expect.objectContaining({ received: 'undefined' }));
    }
  });

  it('puts the clock back', () => {
    expect(Date.now()).toBeGreaterThan(0);
  });
});
