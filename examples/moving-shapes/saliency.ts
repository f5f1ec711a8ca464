import { normal, type Random, seededRandom, type TokenScores } from '@tgm/masking';
import type { CaptionedClip } from '@tgm/train';

/** What a mask that reads `tokenScores` takes for salient. */
export const SALIENCIES = ['clip', 'oracle', 'softened'] as const;

/**
 * `clip`: what CLIP scores against the caption. `oracle`: how much of each token the named object covers. `softened`: the same under
 * so much noise that a mask still favours the object and no longer finds all of it.
 */
export type Saliency = (typeof SALIENCIES)[number];

/** Standard deviation of the noise on coverages in [0, 1]: without a little, tokens beside the object would be hidden in order. */
const NOISE = { oracle: 0.05, softened: 1 } as const;

/** @param coverage [tokens] share of each token that the named object covers, in [0, 1]. */
export const oracleScores = (
  coverage: Float32Array,
  saliency: Exclude<Saliency, 'clip'>,
  random: Random,
): TokenScores => coverage.map((share) => share + NOISE[saliency] * normal(random));

/**
 * The clips with the scores of another saliency. Captions and embeddings stay, so that contrast sees what it saw. The noise is a
 * function of the seed and the clip's id.
 *
 * @param coverageOf [tokens] share of each token of a clip that the named object covers, by the sample's id.
 */
export function withSaliency(
  clips: readonly CaptionedClip[],
  saliency: Saliency,
  coverageOf: (id: string) => Float32Array,
  seed: number,
): readonly CaptionedClip[] {
  if (saliency === 'clip') return clips;
  return clips.map((clip) => {
    const random = seededRandom('moving-shapes', 'saliency', seed, clip.id);
    const tokenScores = oracleScores(coverageOf(clip.sample.id), saliency, random);
    return { ...clip, captions: clip.captions.map((caption) => ({ ...caption, tokenScores })) };
  });
}
