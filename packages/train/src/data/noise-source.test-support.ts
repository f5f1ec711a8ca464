import { seededRandom, type TokenScores } from '@tgm/masking';
import type { ExampleSource, TrainingExample } from './examples.js';

export type TextCueOnly = { tokenScores: TokenScores };

/** E of the examples. */
export const TEXT_WIDTH = 5;

/**
 * Clips of noise for the tiny model, each with a caption, a text cue, features and one other clip. Captions repeat every
 * `captions` samples.
 */
export function noiseSource(
  length = 6,
  change: (
    example: TrainingExample<TextCueOnly>,
    index: number,
  ) => Partial<TrainingExample<TextCueOnly>> = () => ({}),
  captions = length,
): ExampleSource<TextCueOnly> {
  const clip = (...key: (string | number)[]) => {
    const random = seededRandom('noise', ...key);
    return {
      frames: Uint8Array.from({ length: 4 * 16 * 16 * 3 }, () => random() * 256),
      cues: { tokenScores: Float32Array.from({ length: 8 }, () => random()) },
    };
  };
  return {
    length,
    textWidth: TEXT_WIDTH,
    id: (index) => `noise ${index}`,
    describe: () => ({ is: 'noiseSource', length }),
    async load(index) {
      const random = seededRandom('text', index % captions);
      const example: TrainingExample<TextCueOnly> = {
        id: `noise ${index}`,
        ...clip(index),
        others: [clip(index, 'other')],
        caption: `caption ${index % captions}`,
        textEmbedding: Float32Array.from({ length: TEXT_WIDTH }, () => random() - 0.5),
        features: Float32Array.from({ length: 8 * 4 }, (_, at) => index + at / 100),
      };
      return [{ ...example, ...change(example, index) }];
    },
  };
}
