import type { SyntheticCues } from './contract/synthetic-cues.js';
import type * as masking from './index.js';
import type { MaskingStrategy, TokenGrid } from './strategy.js';

/** A strategy of this package with some options. */
export interface OwnStrategy {
  /** The factory, and which of its settings, from 0. */
  readonly title: string;
  readonly make: (options: object) => MaskingStrategy<SyntheticCues>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Settings to try, where a factory takes more than `{ ratio: 0.6 }`. */
const SETTINGS: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  randomMasking: [{ ratio: 0.9 }, { ratio: 0 }],
  causalMasking: [{ ratio: 0.5 }, { ratio: 0.9 }],
  windowMasking: [
    { from: 0.5, to: 1 },
    { from: 0.3, to: 0.35 },
  ],
  motionGuidedMasking: [{ ratio: 0.75 }, { ratio: 0.1 }, { ratio: 0.75, camera: 'keep' }],
  motionMagnitudeMasking: [{ ratio: 0.6 }, { ratio: 0.6, camera: 'keep' }],
  flowGuidedMasking: [{ ratio: 0.9 }, { ratio: 0.6, walk: 'released' }],
  textGuidedMasking: [
    { ratio: 0.6 },
    { ratio: 0.6, select: 'bottom' },
    { ratio: 0.75, textShare: 1 / 3 },
    { ratio: 0.6, per: 'clip' },
    { ratio: 0.6, per: { rows: 2, columns: 2 } },
    { ratio: 0.6, noise: 1 },
  ],
  twoRatioMasking: [{ salientShare: 0.3, salientRatio: 0.9, backgroundRatio: 0.4 }],
  semanticMasking: [{ ratio: 0.6, epochs: 10 }],
  attentionMasking: [
    { ratio: 0.6 },
    { ratio: 0.6, select: 'low' },
    { ratio: 0.6, select: 'hint' },
    { ratio: 0.6, select: 'keep' },
  ],
};

/**
 * Every factory that the package exports under a name that ends in `Masking`, with its settings. A new one is among them by
 * itself.
 */
export function ownStrategies(module: typeof masking): OwnStrategy[] {
  const factories = Object.entries(module).filter(
    ([name, value]) => name.endsWith('Masking') && typeof value === 'function',
  );
  return factories.flatMap(([name, factory]) => {
    const make = (
      name === 'mixedMasking'
        ? (options: masking.MixedMaskingOptions) =>
            module.mixedMasking(
              module.textGuidedMasking({ ratio: 0.6 }),
              module.randomSliceMasking({ ratio: 0.6 }),
              options,
            )
        : factory
    ) as OwnStrategy['make'];
    const settings = SETTINGS[name] ?? [name === 'mixedMasking' ? { share: 0.5 } : { ratio: 0.6 }];
    return settings.map((options, number) => ({ title: `${name} ${number}`, make, options }));
  });
}

/** Whether a strategy takes the grid. A running cell does not take odd sides. */
export function takesGrid(strategy: MaskingStrategy<never>, grid: TokenGrid, request: object): boolean {
  try {
    strategy.mask({ grid, ...request } as never);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'GRID_INVALID') return false;
    throw error;
  }
}
