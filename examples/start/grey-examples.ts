import type { CaptionedCues, ExampleSource } from '@tgm/train';

const GREY = 128;

/**
 * The same examples with every pixel grey; cues and captions stay. Whatever is learned from these is read off which
 * positions a mask leaves visible.
 */
export function greyExamples(examples: ExampleSource<CaptionedCues>): ExampleSource<CaptionedCues> {
  return {
    length: examples.length,
    async load(index, random) {
      const example = await examples.load(index, random);
      return { ...example, frames: new Uint8Array(example.frames.length).fill(GREY) };
    },
  };
}
