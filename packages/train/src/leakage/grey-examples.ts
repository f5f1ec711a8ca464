import type { ExampleClip, ExampleSource } from '../data/examples.js';
import { requireSource } from '../data/require-source.js';
import { sourceFacts } from '../data/source-facts.js';

/** The middle of 0 to 255. */
const GREY = 128;

/**
 * The same examples with every pixel of their clips grey. Cues, captions, labels and features stay. What a model learns from
 * these of a clip it reads off which tokens a mask leaves visible: the control for every result with a mask that looks at the clip.
 *
 * @throws TrainError `OPTION_INVALID`, `NO_EXAMPLES` for an empty source.
 */
export function greyExamples<Cues extends object>(source: ExampleSource<Cues>): ExampleSource<Cues> {
  requireSource('greyExamples', source);
  return {
    ...sourceFacts(source),
    describe: async () => ({ is: 'greyExamples', examples: await source.describe() }),
    async load(index, random) {
      const loaded = await source.load(index, random);
      return loaded.map(({ others, ...example }) => ({
        ...grey(example),
        ...(others ? { others: others.map(grey) } : {}),
      }));
    },
  };
}

const grey = <Clip extends ExampleClip<object>>(clip: Clip): Clip => ({
  ...clip,
  frames: new Uint8Array(clip.frames.length).fill(GREY),
});
