import { type TokenMotion, type TokenScores, uniformIndex } from '@tgm/masking';
import type { ExampleSource } from './example-source.js';
import type { CaptionedClip } from './score-clips.js';

/** The cues of a captioned clip: how well its tokens match the drawn caption, and how they move. */
export type CaptionedCues = { text: TokenScores; motion: TokenMotion };

/** Prepared clips as training examples; one of a clip's captions is drawn each time (TGM, section 4.1). */
export function captionedExamples(clips: readonly CaptionedClip[]): ExampleSource<CaptionedCues> {
  return {
    length: clips.length,
    async load(index, random) {
      const clip = clips[index]!;
      const drawn = clip.captions[uniformIndex(clip.captions.length, random)]!;
      return {
        id: clip.id,
        frames: clip.frames,
        cues: { text: drawn.text, motion: clip.motion },
        caption: drawn.caption,
        textEmbedding: drawn.embedding,
      };
    },
  };
}
