import * as tf from '@tensorflow/tfjs';
import { withoutGradients } from '@tgm/losses';
import { type Params, type PatchCodebook, savePatchCodebook } from '@tgm/models';
import { describer, number, objectWith, optional, optionTable, recorded } from '@tgm/options';
import { TrainError } from '../../errors.js';
import type { MaskedObjective } from '../masked-objective.js';
import { matrixDecays } from '../parameter-rule.js';
import { requireViews } from '../require-views.js';
import { CODES, codeUse, movedCodes, unusedCodes, useFigures } from './running-codes.js';

export interface CodebookObjectiveOptions {
  readonly model: PatchCodebook;
  /** Weight of the term `commitment`, at least 0. Default 0.25 (VQ-VAE, section 3.2). */
  readonly commitment?: number;
  /** Share of itself that a running count or sum keeps in each step, [0, 1). Default 0.99 (VQ-VAE, appendix A.1). */
  readonly decay?: number;
  /**
   * A code whose running count is not above this share of the mean of all codes is dead, [0, 1), and begins again at a row of
   * the batch. Default 0.1 (R). With 0 only codes that never got a row do.
   */
  readonly deadShare?: number;
}

const OPTIONS = optionTable(
  'codebookObjective',
  {
    model: objectWith<PatchCodebook>('a PatchCodebook', [
      'encode',
      'nearest',
      'codesOf',
      'decode',
      'init',
      'parameters',
      'config',
      'describe',
    ]),
    commitment: optional(number({ from: 0 }), 0.25),
    decay: optional(number({ from: 0, below: 1 }), 0.99),
    deadShare: optional(number({ from: 0, below: 1 }), 0.1),
  } satisfies Record<keyof CodebookObjectiveOptions, unknown>,
  TrainError,
);

/** The view whose tokens are learned. */
const VIEW = 'tokens';

/**
 * Learns a codebook of tokens: VQ-VAE, arXiv 1711.00937, section 3.2 with the codes as running means (appendix A.1), so that the
 * term which moves codes is not there. The encoder gets the decoder's gradient straight through the choice of the code.
 *
 * It reads the tokens of the view `tokens`, whose masking says which: all of them without one. Each step compares every token
 * with every code, so random masking keeps a step of long clips small.
 *
 * Terms, each a mean over all numbers (the paper sums them): `reconstruction`, the square error of the decoder's tokens;
 * `commitment`, that of the encoded tokens from their codes. Figures: `reconstruction baseline`, the square error of the mean
 * token, the best that one code can do; `perplexity`, e to the entropy of the codes' shares in the batch; `codes used`, those
 * that it uses; `codes reseeded`, those that begin again.
 *
 * Buffers: `codes` [K, D], `codebook.counts` [K], `codebook.sums` [K, D]. A checkpoint holds the codebook for
 * `loadPatchCodebook`.
 *
 * @throws TrainError `OPTION_INVALID`; `part` for a batch without the view.
 */
export function codebookObjective(options: CodebookObjectiveOptions): MaskedObjective {
  const checked = OPTIONS.check(options);
  const { model, commitment, decay, deadShare } = checked;
  const { codes: count, codeWidth } = model.config;
  return {
    needs: {
      views: [VIEW],
      decoder: false,
      pixels: false,
      features: false,
      text: false,
      otherClips: false,
    },
    weights: { reconstruction: 1, commitment },
    init(random) {
      const { [CODES]: codes, ...params } = model.init(random);
      return { params, buffers: unusedCodes(codes!, model) };
    },
    part(params, buffers, batch) {
      requireViews('codebookObjective', [VIEW], batch);
      const { tokens } = batch.views[VIEW]!; // [B, K, P]
      const encoded = model.encode(params, tokens); // [B, K, D]
      const numbers = withoutGradients(() => model.nearest(buffers, encoded)); // [B, K]
      const codes = model.codesOf(buffers, numbers);
      const passed = tf.add(
        encoded,
        withoutGradients(() => tf.sub(codes, encoded)),
      ) as tf.Tensor3D;
      const meanToken = tf.mean(tokens, [0, 1], true);
      return {
        terms: {
          reconstruction: meanSquare(model.decode(params, passed), tokens),
          commitment: meanSquare(encoded, codes),
        },
        figures: { 'reconstruction baseline': meanSquare(tokens, meanToken) },
        rows: { encoded, numbers },
      };
    },
    whole(_params, buffers, { encoded, numbers }) {
      const rows = withoutGradients(() => tf.reshape(encoded!, [-1, codeWidth]) as tf.Tensor2D);
      const use = codeUse(rows, tf.reshape(numbers!, [-1]), count);
      const { reseeded, buffers: moved } = movedCodes(buffers, use, decay, deadShare);
      return { terms: {}, figures: { ...useFigures(use), 'codes reseeded': reseeded }, buffers: moved };
    },
    group: (name, shape) => ({ decays: matrixDecays(name, shape), rateScale: 1 }),
    artefacts: (params: Params, buffers: Params) => [
      {
        folder: '.',
        write: (path) => savePatchCodebook(path, model, { ...params, [CODES]: buffers[CODES]! }),
      },
    ],
    describe: describer('codebookObjective', recorded(OPTIONS, checked)),
  };
}

const meanSquare = (one: tf.Tensor, other: tf.Tensor): tf.Scalar =>
  tf.mean(tf.square(tf.sub(one, other))) as tf.Scalar;
