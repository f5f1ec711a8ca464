import { optionTable } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { checkCount, checkFeatures, type Features } from '../features.js';
import { features } from '../option-fields.js';
import { figuresOf, type Outcome } from '../outcome.js';

export interface SaliencyScoresOptions {
  /** [clips, N] how much each token is said to matter; a teacher's scores, or what a model attends to. */
  readonly saliency: Features;
  /** [clips, N] share of each token that lies within a box, 0 to 1. A token counts as inside from a half. */
  readonly inside: Features;
}

/** How well saliency finds what boxes surround. Percentages. */
export interface SaliencyScoresResult {
  /** Clips whose most salient token is inside; equal tokens share the hit (the pointing game, Zhang et al. 2018). */
  readonly pointing: number;
  /** Chance that a token inside is more salient than one outside, equal ones half; 50 is blind. */
  readonly auc: number;
  /** Share of the saliency above the clip's least that lies inside. */
  readonly energy: number;
  /** The share of the tokens that is inside: what `pointing` and `energy` of a blind saliency are. */
  readonly chance: number;
  /** Clips left out, since all of their tokens are inside, or none. */
  readonly leftOut: number;
  /** The first four, clip by clip. */
  readonly outcome: Outcome;
}

const OPTIONS = optionTable(
  'saliencyScores',
  { saliency: features(), inside: features() } satisfies Record<keyof SaliencyScoresOptions, unknown>,
  EvaluationError,
);

/**
 * Compares saliency of tokens with boxes.
 *
 * @throws EvaluationError `OPTION_INVALID`, also for shares outside 0 to 1; `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`,
 *   `TOO_FEW_EXAMPLES` where no clip has tokens both inside and outside.
 */
export function saliencyScores(options: SaliencyScoresOptions): SaliencyScoresResult {
  const { saliency, inside } = OPTIONS.check(options);
  checkFeatures('saliencyScores saliency', saliency);
  checkShares('saliencyScores inside', inside);
  const { width, count } = saliency;
  if (inside.width !== width || inside.count !== count) {
    throw new EvaluationError('SHAPE_MISMATCH', {
      where: 'saliencyScores inside',
      expected: `${count} clips of ${width} tokens`,
      received: `${inside.count} of ${inside.width}`,
    });
  }
  const clips: Record<'pointing' | 'auc' | 'energy' | 'chance', number>[] = [];
  for (let clip = 0; clip < count; clip++) {
    const scores = saliency.values.subarray(clip * width, (clip + 1) * width);
    const marks = Array.from(
      inside.values.subarray(clip * width, (clip + 1) * width),
      (share) => share >= 0.5,
    );
    const size = marks.filter(Boolean).length;
    if (size === 0 || size === width) continue;
    clips.push({
      pointing: 100 * pointed(scores, marks),
      auc: 100 * rankedAbove(scores, marks),
      energy: 100 * energyInside(scores, marks),
      chance: (100 * size) / width,
    });
  }
  checkCount('saliencyScores, clips with tokens inside and outside', clips.length, 1);
  const figure = (name: keyof (typeof clips)[number]) =>
    ({ values: Float64Array.from(clips, (clip) => clip[name]), summary: 'mean' }) as const;
  const outcome = {
    count: clips.length,
    figures: {
      pointing: figure('pointing'),
      auc: figure('auc'),
      energy: figure('energy'),
      chance: figure('chance'),
    },
  } satisfies Outcome;
  return {
    ...figuresOf<keyof typeof outcome.figures>(outcome),
    leftOut: count - clips.length,
    outcome,
  };
}

/** @throws EvaluationError as `checkFeatures`, and `OPTION_INVALID` for a number that is no share. */
export function checkShares(where: string, inside: Features): void {
  checkFeatures(where, inside);
  const { values, width } = inside;
  // Shares of frames are added up in single precision.
  const bad = values.findIndex((share) => share < 0 || share > 1 + 1e-5);
  if (bad < 0) return;
  throw new EvaluationError('OPTION_INVALID', {
    where: `${where}, token ${bad % width} of clip ${Math.floor(bad / width)}`,
    expected: 'a share from 0 to 1',
    received: `${values[bad]}`,
  });
}

function pointed(scores: Float32Array, marks: readonly boolean[]): number {
  const most = scores.reduce((best, score) => Math.max(best, score), Number.NEGATIVE_INFINITY);
  const tied = marks.filter((_, token) => scores[token] === most);
  return tied.filter(Boolean).length / tied.length;
}

/** Mann and Whitney's U: the ranks of those inside, equal ones with their mean rank. */
function rankedAbove(scores: Float32Array, marks: readonly boolean[]): number {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  const inside = marks.filter(Boolean).length;
  let ranks = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++;
    const tiedInside = order.slice(from, to).filter((token) => marks[token]).length;
    ranks += (tiedInside * (from + 1 + to)) / 2; // places from + 1 ... to
    from = to;
  }
  return (ranks - (inside * (inside + 1)) / 2) / (inside * (marks.length - inside));
}

function energyInside(scores: Float32Array, marks: readonly boolean[]): number {
  const least = scores.reduce((best, score) => Math.min(best, score), Number.POSITIVE_INFINITY);
  let all = 0;
  let within = 0;
  for (const [token, score] of scores.entries()) {
    all += score - least;
    if (marks[token]) within += score - least;
  }
  return all > 0 ? within / all : marks.filter(Boolean).length / marks.length;
}
