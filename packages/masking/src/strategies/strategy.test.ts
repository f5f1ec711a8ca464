import { expect, it } from 'vitest';
import type { MotionCues, TextCues } from '../cues.js';
import type { MaskingStrategy } from '../strategy.js';
import { mixedMasking } from './mixed-masking.js';
import { motionGuidedMasking } from './motion-guided-masking.js';
import { randomSliceMasking } from './random-slice-masking.js';
import { textGuidedMasking } from './text-guided-masking.js';
import { tubeMasking } from './tube-masking.js';

interface Examples<Cues extends object> {
  load(): Promise<{ cues: Readonly<Cues> }>;
}

/** The signature with which a trainer takes a strategy: its examples say which cues there are. */
function pretrain<Cues extends object>(run: {
  examples: Examples<Cues>;
  masking: MaskingStrategy<NoInfer<Cues>>;
}): string {
  return run.masking.name;
}

const examples = <Cues extends object>(): Examples<Cues> => ({
  load: () => Promise.reject(new Error('unused')),
});
const bare = examples<object>();
const withMotion = examples<MotionCues>();
const withText = examples<TextCues>();
const withBoth = examples<TextCues & MotionCues>();
const maybeText = examples<{ tokenScores?: Float32Array }>();

const tube = tubeMasking({ ratio: 0.9 });
const motion = motionGuidedMasking({ ratio: 0.75 });
const text = textGuidedMasking({ ratio: 0.6 });
const mixed = mixedMasking(text, randomSliceMasking({ ratio: 0.6 }), { share: 0.5 });

it('accepts a strategy wherever its cues are there (checked by the compiler)', () => {
  const names = [
    pretrain({ examples: bare, masking: tube }),
    pretrain({ examples: withText, masking: tube }),
    pretrain({ examples: withText, masking: text }),
    pretrain({ examples: withMotion, masking: motion }),
    pretrain({ examples: withBoth, masking: text }),
    pretrain({ examples: withBoth, masking: mixedMasking(text, motion, { share: 0.5 }) }),
    pretrain({ examples: withText, masking: mixed }),
  ];
  expect(names).toEqual(['tube', 'tube', 'text', 'motion', 'text', 'text+motion', 'text+random-slice']);
});

it('refuses a strategy whose cues are not there (checked by the compiler)', () => {
  // @ts-expect-error no cues at all
  pretrain({ examples: bare, masking: text });
  // @ts-expect-error motion instead of text
  pretrain({ examples: withMotion, masking: text });
  // @ts-expect-error text instead of motion
  pretrain({ examples: withText, masking: motion });
  // @ts-expect-error some examples may lack text
  pretrain({ examples: maybeText, masking: text });
  // @ts-expect-error a mixture needs what its parts need
  pretrain({ examples: bare, masking: mixed });
  // @ts-expect-error a mixture needs what both parts need
  pretrain({ examples: withText, masking: mixedMasking(text, motion, { share: 0.5 }) });
  // @ts-expect-error a strategy with needs is no strategy without
  const none: MaskingStrategy = text;
  expect(none.requires).toEqual(['tokenScores']);
});
