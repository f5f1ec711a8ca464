import type { TokenScores } from '@tgm/masking';
import type { CaptionedClip } from '@tgm/train';
import type { Guide } from './arms.js';

/** A clip that is scored against captions of another video, too. */
export interface ArmClip extends CaptionedClip {
  /** One for each of its captions; absent where no arm asks for them. */
  readonly shuffledScores?: readonly TokenScores[];
}

/**
 * The clips with the scores that guide their masks: each caption's own, those of the next caption of the same video, or those of
 * a caption of another video. Captions and embeddings stay.
 */
export function guidedClips(clips: readonly ArmClip[], guide: Guide): readonly CaptionedClip[] {
  if (guide === 'own') return clips;
  return clips.map((clip) => ({
    ...clip,
    captions: clip.captions.map((caption, at) => ({
      ...caption,
      tokenScores:
        guide === 'paraphrase'
          ? clip.captions[(at + 1) % clip.captions.length]!.tokenScores
          : clip.shuffledScores![at]!,
    })),
  }));
}
