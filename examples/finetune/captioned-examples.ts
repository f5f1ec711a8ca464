import { uniformIndex } from '@tgm/masking';
import { type CaptionEmbeddings, clipExamples, type DecodedClip, type ExampleSource } from '@tgm/train';

/** Clips in memory with one of their captions, drawn each time, and its embedding. */
export function captionedExamples(
  clips: readonly DecodedClip[],
  texts: CaptionEmbeddings,
): ExampleSource<object> {
  const source = clipExamples(clips);
  return {
    ...source,
    textWidth: texts.width,
    describe: async () => ({
      is: 'captionedExamples',
      clips: await source.describe(),
      texts: texts.describe(),
    }),
    async load(index, random) {
      const { captions } = clips[index]!.sample;
      const caption = captions[uniformIndex(captions.length, random)]!;
      const examples = await source.load(index, random);
      return examples.map((example) => ({ ...example, caption, textEmbedding: texts.of(caption)! }));
    },
  };
}
