import { progress } from '@tgm/cli/program';
import { attentionCue, type PartCues, partsCue, seededRandom, type TokenScores } from '@tgm/masking';
import { clipModelPatchTextEncoder, loadClipModel, type PatchFeaturesVariant } from '@tgm/models';
import { type DecodedClip, scoreClips } from '@tgm/train';
import { GRID } from '../moving-shapes/clip-shape.js';
import type { KnownClipsOptions } from './known-clips.js';
import type { OwnWordings, Wording } from './wordings.js';

/** CLIP's patch features. */
export const VARIANTS: readonly PatchFeaturesVariant[] = ['value', 'value-residual', 'raw'];

/** What CLIP says of a clip. */
export interface ScoredClip {
  /** The caption of another clip that its tokens were scored against. */
  readonly shuffled: string;
  readonly scores: Readonly<Record<PatchFeaturesVariant, Readonly<Record<Wording, TokenScores>>>>;
  /** What the class token attends to. */
  readonly attention: TokenScores;
  /** Clusters of the value features. */
  readonly parts: PartCues['parts'];
}

/** Scores clips against all wordings under each variant of CLIP's patch features, and looks at them without words. */
export async function scoreTestClips(
  { engine, clipModel, signal }: KnownClipsOptions,
  clips: readonly DecodedClip[],
  wordings: readonly OwnWordings[],
): Promise<ScoredClip[]> {
  const names = Object.keys(wordings[0]!) as (keyof OwnWordings)[];
  const checkpoint = await loadClipModel(clipModel);
  const encoderOf = (variant: PatchFeaturesVariant) =>
    clipModelPatchTextEncoder({ ...checkpoint, engine, variant });
  const total = (2 * VARIANTS.length + 1) * clips.length;
  const shown = progress('score patches', total, 'passes', 0, process.stderr);
  let done = 0;
  const found = clips.map(() => ({
    shuffled: '',
    scores: {} as Record<string, Record<string, TokenScores>>,
  }));

  /** Scores all clips by the captions that `captionsOf` gives each, which are of these wordings. */
  async function scoreBy(
    variant: PatchFeaturesVariant,
    captions: 'own' | 'shuffled',
    captionsOf: (index: number) => readonly string[],
    wordingsOf: readonly Wording[],
  ): Promise<void> {
    const captioned = clips.map(
      (clip, index): DecodedClip => ({
        ...clip,
        sample: { ...clip.sample, captions: captionsOf(index) },
      }),
    );
    const given = { encoder: encoderOf(variant), clips: captioned, grid: GRID, captions, signal };
    let index = 0;
    for await (const group of scoreClips(given)) {
      for (const clip of group) {
        const entry = found[index++]!;
        entry.scores[variant] ??= {};
        for (const [at, { tokenScores, scoredCaption }] of clip.captions.entries()) {
          entry.scores[variant][wordingsOf[at]!] = tokenScores;
          if (scoredCaption !== undefined) entry.shuffled = scoredCaption;
        }
      }
      done += group.length;
      shown.update(done);
    }
    signal.throwIfAborted();
  }

  for (const variant of VARIANTS) {
    await scoreBy(variant, 'own', (index) => names.map((name) => wordings[index]![name]), names);
    await scoreBy(variant, 'shuffled', (index) => [wordings[index]!.own], ['shuffled']);
  }
  const encoder = encoderOf('value');
  const scored: ScoredClip[] = [];
  for (const [index, clip] of clips.entries()) {
    signal.throwIfAborted();
    const attention = attentionCue({ maps: await encoder.encodeAttention(clip), grid: GRID });
    const random = seededRandom('trust', 'parts', clip.id);
    const parts = partsCue({ patches: await encoder.encodePatches(clip), grid: GRID, random });
    scored.push({ ...(found[index] as Pick<ScoredClip, 'shuffled' | 'scores'>), attention, parts });
    done += 1;
    shown.update(done);
  }
  shown.end();
  return scored;
}
