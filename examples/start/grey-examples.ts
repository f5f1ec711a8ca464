import type { ExampleSource } from '@tgm/train';
import type { DemoCues } from './arms.js';

const GREY = 128;

/**
 * The same examples with every pixel grey; cues and captions stay. Whatever is learned from these is read off which
 * positions a mask leaves visible.
 */
export function greyExamples(examples: ExampleSource<DemoCues>): ExampleSource<DemoCues> {
  return {
    ...examples,
    describe: async () => ({ is: 'greyExamples', examples: await examples.describe() }),
    async load(index, random) {
      const loaded = await examples.load(index, random);
      return loaded.map((example) => ({
        ...example,
        frames: new Uint8Array(example.frames.length).fill(GREY),
      }));
    },
  };
}
