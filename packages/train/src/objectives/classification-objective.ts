import type * as tf from '@tensorflow/tfjs';
import { classificationLoss, softLabelLoss } from '@tgm/losses';
import { layerDecayScales, layerOf, saveVideoMaeClassifier, type VideoMaeClassifier } from '@tgm/models';
import { describer, number, objectWith, optional, optionTable, recorded } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Objective } from '../trainer/objective.js';
import { matrixDecays } from './parameter-rule.js';

/** Clips with their labels. B clips, N tokens, P numbers in a token. */
export type LabelledBatch = {
  /** [B, N, P] all tokens, pixels in the model's scale. */
  readonly tokens: tf.Tensor3D;
  /** [B] int32 classes; or [B, C] shares of classes that sum to 1, of clips that were mixed. */
  readonly labels: tf.Tensor1D | tf.Tensor2D;
  /** [layers, 2, B] from `drawDropPath` of `@tgm/models`. */
  readonly dropPath?: tf.Tensor3D;
};

export interface ClassificationObjectiveOptions {
  readonly model: VideoMaeClassifier;
  /** Share of each label that is spread over all classes, [0, 1). VideoMAE fine-tunes with 0.1. */
  readonly smoothing: number;
  /** Factor of the learning rate from each layer to the one before it, (0, 1]. Default 1; VideoMAE fine-tunes with 0.75. */
  readonly layerDecay?: number;
}

const OPTIONS = optionTable(
  'classificationObjective',
  {
    model: objectWith<VideoMaeClassifier>('a VideoMaeClassifier', [
      'encode',
      'pool',
      'classify',
      'init',
      'config',
      'describe',
    ]),
    smoothing: number({ from: 0, below: 1 }),
    layerDecay: optional(number({ above: 0, to: 1 }), 1),
  } satisfies Record<keyof ClassificationObjectiveOptions, unknown>,
  TrainError,
);

/**
 * Learns to tell the classes of clips apart: fine-tuning. One term, `classification`. The encoder's parameters of pre-training
 * are given to the trainer as `start`.
 *
 * @throws TrainError `OPTION_INVALID`; `part` throws LossError `OPTION_INVALID` and `SHAPE_MISMATCH` for labels of another
 *   shape.
 */
export function classificationObjective(options: ClassificationObjectiveOptions): Objective<LabelledBatch> {
  const checked = OPTIONS.check(options);
  const { model, smoothing, layerDecay } = checked;
  const scales = layerDecayScales(model.config, layerDecay);
  return {
    weights: { classification: 1 },
    init: (random) => ({ params: model.init(random) }),
    part(params, _buffers, { tokens, labels, dropPath }) {
      const features = model.pool(params, model.encode(params, tokens, dropPath));
      const logits = model.classify(params, features);
      return {
        terms: {
          classification:
            labels.shape.length === 2
              ? softLabelLoss(logits, labels as tf.Tensor2D, smoothing)
              : classificationLoss(logits, labels as tf.Tensor1D, smoothing),
        },
      };
    },
    group: (name, shape) => ({
      decays: matrixDecays(name, shape),
      rateScale: scales[layerOf(name, model.config)]!,
    }),
    artefacts: (params) => [{ folder: '.', write: (path) => saveVideoMaeClassifier(path, model, params) }],
    describe: describer('classificationObjective', recorded(OPTIONS, checked)),
  };
}
