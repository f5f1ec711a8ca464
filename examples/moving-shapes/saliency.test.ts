import { seededRandom, textGuidedMasking } from '@tgm/masking';
import type { CaptionedClip } from '@tgm/train';
import { expect, test } from 'vitest';
import { hiddenShare, renderScene, type Saliency, sceneOf, tokenCoverage, withSaliency } from './index.js';

const GRID = { slices: 2, rows: 8, columns: 8 };
const coverages = new Map(
  Array.from({ length: 24 }, (_, index) => {
    const { coverage } = renderScene(sceneOf({ seed: 2, split: 'test', index }), [4, 6, 8, 10]);
    return [`clip ${index}`, tokenCoverage(coverage, 2)] as [string, Float32Array];
  }),
);
const clips = [...coverages.keys()].map((id) => {
  const captions = ['a', 'b'].map((caption) => ({
    caption,
    embedding: Float32Array.of(1),
    tokenScores: new Float32Array(128),
  }));
  return { id, sample: { id }, captions } as unknown as CaptionedClip;
});
const scored = (saliency: Saliency, seed = 0) =>
  withSaliency(clips, saliency, (id) => coverages.get(id)!, seed);

/** Mean share of the object's tokens that a text-guided mask hides. */
function hidden(saliency: Saliency, ratio: number): number {
  const shares = scored(saliency).map(({ id, captions }) => {
    const cues = { tokenScores: captions[1]!.tokenScores };
    const mask = textGuidedMasking({ ratio }).mask({ grid: GRID, random: seededRandom(id), cues });
    return hiddenShare(mask, coverages.get(id)!)!.tokens;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

test('the oracle hides the object, softened it favours it, and CLIP keeps its scores', () => {
  expect(hidden('oracle', 0.6)).toBeGreaterThan(0.97);
  expect(hidden('softened', 0.6)).toBeGreaterThan(0.65);
  expect(hidden('softened', 0.6)).toBeLessThan(0.9);
  expect(scored('clip')).toBe(clips);
});

test('captions and embeddings stay, all captions share the scores, and seeds differ in the noise', () => {
  const [clip] = scored('oracle');
  expect(clip!.captions.map(({ caption }) => caption)).toEqual(['a', 'b']);
  expect(clip!.captions[0]!.embedding).toBe(clips[0]!.captions[0]!.embedding);
  expect(clip!.captions[0]!.tokenScores).toBe(clip!.captions[1]!.tokenScores);
  expect(scored('oracle')).toEqual(scored('oracle'));
  expect(scored('oracle', 1)).not.toEqual(scored('oracle'));
});
