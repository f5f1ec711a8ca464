import * as tf from '@tensorflow/tfjs';
import { atTokens } from '@tgm/losses';
import { maskedCount, tokenCount } from '@tgm/masking';
import { describer, number, oneOf, optional, optionTable, recorded } from '@tgm/options';
import { TrainError } from '../../errors.js';
import { attentionTeacher } from './attention-teacher.js';
import type { GraphMasking } from './graph-masking.js';
import { gumbelNoise } from './gumbel-noise.js';

export interface TeacherAttentionMaskingOptions {
  /** Share of the tokens that are masked, [0, 1). */
  readonly ratio: number;
  /**
   * `high` (default) hides what is attended to most, `low` least. `hint` hides as `high` but shows some of the most attended at
   * random. `keep` shows tokens at random, in proportion to their attention.
   */
  readonly select?: 'high' | 'low' | 'hint' | 'keep';
  /** For `hint` alone: the share of all tokens, the most attended, that hints are drawn from, [0, 1]. Default 0.1. */
  readonly hintFrom?: number;
  /** For `hint` alone: the share of those that is shown, [0, 1]. Default 0.5. */
  readonly hintShare?: number;
  /** Share of itself that the teacher keeps in each step, [0, 1]; 1 keeps it as the run starts. Default 0.996. */
  readonly momentum?: number;
}

const OPTIONS = optionTable(
  'teacherAttentionMasking',
  {
    ratio: number({ from: 0, below: 1 }),
    select: optional(oneOf(['high', 'low', 'hint', 'keep']), 'high'),
    hintFrom: optional(number({ from: 0, to: 1 }), 0.1),
    hintShare: optional(number({ from: 0, to: 1 }), 0.5),
    momentum: optional(number({ from: 0, to: 1 }), 0.996),
  } satisfies Record<keyof TeacherAttentionMaskingOptions, unknown>,
  TrainError,
);

const NAME = 'teacherAttention';

/**
 * Hides what a teacher attends to, a copy of the encoder that follows it by momentum and sees all tokens. `high`, `low` and `hint`:
 * AttMask (Kakogeorgiou et al., arXiv 2203.12719, section 3.2; grade A). `keep`: UMT (Li et al., arXiv 2303.16058; grade A).
 * The selection is over the whole clip.
 *
 * Attention is the last block's, mean over its heads: that of the class token where the model has one, as published. Without one,
 * as in VideoMAE, it is the mean of what all tokens give to each (a reconstruction of ours). So is the exact count: what `hint` shows
 * again is made up for by hiding as many of the tokens behind the `high` ones.
 *
 * Buffers: `teacherAttention.videomae.…`, which begin as the parameters that the run starts with. It has no parameters.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function teacherAttentionMasking(options: TeacherAttentionMaskingOptions): GraphMasking {
  const checked = OPTIONS.check(options);
  const { ratio, select, hintFrom, hintShare } = checked;
  requireHint(options, select);
  const teacher = attentionTeacher(`${NAME}.`, checked.momentum);
  return {
    name: NAME,
    ratio,
    requires: [],
    init: (_random, model, start) => ({ params: {}, buffers: teacher.begin(model, start) }),
    noise: (random, grid) => gumbelNoise(random, tokenCount(grid)),
    choose(_params, buffers, { model, tokens, noise }) {
      const shares = tf.mean(teacher.attendedTo(model, buffers, tokens), 1) as tf.Tensor2D; // [B, N]
      const count = shares.shape[1];
      const masked = maskedCount(count, ratio);
      if (select === 'keep') return { order: descending(tf.add(tf.log(shares), noise) as tf.Tensor2D) };
      // What is hidden is ranked, so that of equal shares the lower number is hidden.
      if (select === 'low') return { order: reversed(descending(tf.neg(shares))) };
      const ranked = descending(shares);
      const from = shareOf(count, hintFrom);
      const revealed = select === 'hint' ? Math.min(shareOf(from, hintShare), count - masked) : 0;
      if (revealed === 0) return { order: reversed(ranked) };
      return {
        order: atTokens(
          ranked,
          hintRanks(noise, masked + revealed, revealed, Math.min(from, masked + revealed)),
        ),
      };
    },
    nextBuffers: (params, buffers) => teacher.follow(params, buffers),
    describe: describer('teacherAttentionMasking', recorded(OPTIONS, checked)),
  };
}

/** @throws TrainError `OPTION_INVALID` for an option that only `hint` reads, beside another choice. */
function requireHint(
  options: Pick<TeacherAttentionMaskingOptions, 'hintFrom' | 'hintShare'>,
  select: string,
): void {
  const given = (['hintFrom', 'hintShare'] as const).find((name) => options[name] !== undefined);
  if (select === 'hint' || given === undefined) return;
  throw new TrainError('OPTION_INVALID', {
    where: `teacherAttentionMasking, option ${given}`,
    expected: `nothing where select is ${select}, since only hint reads it`,
    received: `${options[given]}`,
  });
}

/** floor(count * share), also of all. */
const shareOf = (count: number, share: number): number =>
  share === 1 || count === 0 ? count : maskedCount(count, share);

const descending = (scores: tf.Tensor2D): tf.Tensor2D => tf.topk(scores, scores.shape[1]).indices;

const reversed = (order: tf.Tensor2D): tf.Tensor2D => tf.reverse(order, 1);

/**
 * Ranks of attention, shown ones first: `revealed` of the first `from` at random, then those behind the first `top`.
 *
 * @returns [B, N] int32
 */
function hintRanks(noise: tf.Tensor2D, top: number, revealed: number, from: number): tf.Tensor2D {
  const [clips, count] = noise.shape;
  const lottery = descending(tf.slice(noise, [0, 0], [clips, from])); // [B, from]
  const drawn = (first: number, end: number) => tf.slice(lottery, [0, first], [clips, end - first]);
  const inOrder = (first: number, end: number): tf.Tensor2D =>
    tf.tile(tf.expandDims(tf.range(first, end, 1, 'int32'), 0), [clips, 1]);
  const parts = [
    [drawn, 0, revealed],
    [inOrder, top, count],
    [drawn, revealed, from],
    [inOrder, from, top],
  ] as const;
  return tf.concat(
    parts.flatMap(([ranks, first, end]) => (end > first ? [ranks(first, end)] : [])),
    1,
  );
}
