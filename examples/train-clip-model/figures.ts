import {
  type PatchTextEncoder,
  seededRandom,
  textCue,
  textGuidedMasking,
  tokensPerSlice,
} from '@tgm/masking';
import { ACTIONS, COVERAGE_CELLS, hiddenShare } from '../moving-shapes/index.js';

/** A decoded clip and what is known about it. */
export interface KnownClip {
  /** [T, side, side, 3] RGB, 0-255. */
  readonly frames: Uint8Array;
  readonly side: number;
  readonly caption: string;
  /** Caption of another clip. */
  readonly otherCaption: string;
  /** [slices, 8, 8] share of each token that the named object covers. */
  readonly coverage: Float32Array;
  readonly still: boolean;
  readonly drift: boolean;
}

/** Shares in [0, 1] of the named object's tokens that a mask hides, means over clips. */
export interface MaskedShares {
  readonly all: number;
  /** Clips whose object stays in place. */
  readonly still: number;
  /** Clips with a moving camera. */
  readonly drift: number;
  /** With captions of other clips. */
  readonly shuffled: number;
  /** With random scores instead of a caption. */
  readonly random: number;
}

/** Shares of the object's tokens that text-guided masking hides at `ratio`, with every control. */
export async function maskedShares(
  encoder: PatchTextEncoder,
  clips: readonly KnownClip[],
  ratio: number,
): Promise<MaskedShares> {
  const right = await encoder.encodeText(clips.map((clip) => clip.caption));
  const wrong = await encoder.encodeText(clips.map((clip) => clip.otherCaption));
  const masking = textGuidedMasking({ ratio });
  const shares: { clip: KnownClip; right: number; shuffled: number; random: number }[] = [];
  for (const [index, clip] of clips.entries()) {
    const { side, coverage } = clip;
    const perSlice = COVERAGE_CELLS * COVERAGE_CELLS;
    const grid = { slices: coverage.length / perSlice, rows: COVERAGE_CELLS, columns: COVERAGE_CELLS };
    const patches = await encoder.encodePatches({ frames: clip.frames, height: side, width: side });
    const random = seededRandom('masked-share', index);
    const share = (tokenScores: Float32Array): number => {
      const mask = masking.mask({ grid, random, cues: { tokenScores } });
      return hiddenShare(mask, coverage)!.tokens;
    };
    const shareOf = ({ values, width }: { values: Float32Array; width: number }) =>
      share(textCue({ patches, grid, textEmbedding: values.slice(index * width, (index + 1) * width) }));
    const noise = Float32Array.from({ length: grid.slices * tokensPerSlice(grid) }, random);
    shares.push({ clip, right: shareOf(right), shuffled: shareOf(wrong), random: share(noise) });
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    all: mean(shares.map((entry) => entry.right)),
    still: mean(shares.filter(({ clip }) => clip.still).map((entry) => entry.right)),
    drift: mean(shares.filter(({ clip }) => clip.drift).map((entry) => entry.right)),
    shuffled: mean(shares.map((entry) => entry.shuffled)),
    random: mean(shares.map((entry) => entry.random)),
  };
}

export interface ActionFigures {
  /** Share of captions whose nearest action mean is their own action's, in [0, 1]; chance 1/12. */
  readonly accuracy: number;
  /** Share of the variance of the text embeddings that lies between the actions' means, in [0, 1]. */
  readonly varianceShare: number;
}

/** How well the embeddings of captions tell actions apart: means from `known`, accuracy on `unseen`. */
export async function actionFigures(
  encoder: PatchTextEncoder,
  known: readonly { readonly caption: string; readonly label: number }[],
  unseen: readonly { readonly caption: string; readonly label: number }[],
): Promise<ActionFigures> {
  const { values, width } = await encoder.encodeText(known.map(({ caption }) => caption));
  const means = ACTIONS.map(() => new Float64Array(width));
  const counts = ACTIONS.map(() => 0);
  const centre = new Float64Array(width);
  known.forEach(({ label }, row) => {
    counts[label]!++;
    for (let d = 0; d < width; d++) {
      means[label]![d]! += values[row * width + d]!;
      centre[d]! += values[row * width + d]! / known.length;
    }
  });
  means.forEach((mean, label) => {
    for (let d = 0; d < width; d++) mean[d]! /= counts[label]!;
  });

  const distance = (row: ArrayLike<number>, offset: number, mean: Float64Array) =>
    mean.reduce((sum, value, d) => sum + (row[offset + d]! - value) ** 2, 0);
  const between = means.reduce((sum, mean, label) => sum + counts[label]! * distance(mean, 0, centre), 0);
  const total = known.reduce((sum, _, row) => sum + distance(values, row * width, centre), 0);

  const held = await encoder.encodeText(unseen.map(({ caption }) => caption));
  const correct = unseen.filter(({ label }, row) => {
    const distances = means.map((mean) => distance(held.values, row * width, mean));
    return distances.indexOf(Math.min(...distances)) === label;
  });
  return { accuracy: correct.length / unseen.length, varianceShare: between / total };
}
