import * as masking from '@tgm/masking';
import type { SyntheticCues } from '@tgm/masking/testing';

/** A strategy that is measured. */
export interface MeasuredStrategy {
  readonly name: string;
  readonly strategy: masking.MaskingStrategy<SyntheticCues>;
}

type Options = Readonly<Record<string, unknown>>;

/** Options of the factories that take more than `{ ratio: 0.75 }`, or are known by another ratio. */
const OPTIONS: Readonly<Record<string, readonly Options[]>> = {
  randomMasking: [{ ratio: 0.9 }],
  randomSliceMasking: [{ ratio: 0.6 }],
  tubeMasking: [{ ratio: 0.9 }],
  causalMasking: [{ ratio: 0.9 }],
  windowMasking: [{ from: 0.3, to: 0.4 }],
  textGuidedMasking: [
    { ratio: 0.6 },
    { ratio: 0.6, select: 'bottom' },
    { ratio: 0.6, textShare: 1 / 3 },
    { ratio: 0.6, per: 'clip' },
    { ratio: 0.6, per: { rows: 2, columns: 2 } },
    { ratio: 0.6, noise: 1 },
  ],
  twoRatioMasking: [{ salientShare: 0.3, salientRatio: 0.9, backgroundRatio: 0.5 }],
  semanticMasking: [{ ratio: 0.75, epochs: 10 }],
  attentionMasking: ['high', 'low', 'hint', 'keep'].map((select) => ({ ratio: 0.75, select })),
};

/** Every strategy that `@tgm/masking` has a factory for: what it exports under a name that ends in `Masking`. */
export function measuredStrategies(): MeasuredStrategy[] {
  const { mixedMasking, textGuidedMasking, randomSliceMasking, ...others } = masking;
  const mixed = mixedMasking(textGuidedMasking({ ratio: 0.6 }), randomSliceMasking({ ratio: 0.6 }), {
    share: 0.5,
  });
  const factories = Object.entries({ ...others, textGuidedMasking, randomSliceMasking }).filter(([name]) =>
    name.endsWith('Masking'),
  ) as unknown as [string, (options: Options) => masking.MaskingStrategy<SyntheticCues>][];
  return [
    ...factories.flatMap(([name, factory]) =>
      (OPTIONS[name] ?? [{ ratio: 0.75 }]).map((options) => ({
        name: `${name}(${JSON.stringify(options)})`,
        strategy: factory(options),
      })),
    ),
    { name: 'mixedMasking(text 0.6, random-slice 0.6)', strategy: mixed },
  ];
}
