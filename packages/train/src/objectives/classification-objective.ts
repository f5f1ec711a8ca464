import * as tf from '@tensorflow/tfjs';
import { softLabelLoss } from '@tgm/losses';
import {
  type LabelGroup,
  layerDecayScales,
  layerOf,
  saveVideoMaeClassifier,
  type VideoMaeClassifier,
} from '@tgm/models';
import { describer, number, objectWith, optional, optionTable, recorded } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Objective } from '../trainer/objective.js';
import { matrixDecays } from './parameter-rule.js';

/** Clips with their labels. B clips, N tokens, P numbers in a token, C classes of all groups together. */
export type LabelledBatch = {
  /** [B, N, P] all tokens, pixels in the model's scale. */
  readonly tokens: tf.Tensor3D;
  /** [B, C] shares of the classes; those of a group sum to 1. A clip that is not mixed has 1 at its class. */
  readonly labels: tf.Tensor2D;
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
      'groups',
      'describe',
    ]),
    smoothing: number({ from: 0, below: 1 }),
    layerDecay: optional(number({ above: 0, to: 1 }), 1),
  } satisfies Record<keyof ClassificationObjectiveOptions, unknown>,
  TrainError,
);

/**
 * Learns to tell the classes of clips apart: fine-tuning. One term for each group of labels, by its name; with one group
 * `classification`. All have the weight 1. Each has a figure `… baseline`, the loss of a classifier that knows nothing: ln C of
 * C classes, whatever the labels are. The encoder's parameters of pre-training are given to the trainer as `start`.
 *
 * @throws TrainError `OPTION_INVALID`; `part` throws LossError `OPTION_INVALID` and `SHAPE_MISMATCH` for labels of another
 *   shape.
 */
export function classificationObjective(options: ClassificationObjectiveOptions): Objective<LabelledBatch> {
  const checked = OPTIONS.check(options);
  const { model, smoothing, layerDecay } = checked;
  const { groups } = model;
  const scales = layerDecayScales(model.config, layerDecay);
  const byGroup = <Value>(of: (group: LabelGroup) => Value): Record<string, Value> =>
    Object.fromEntries(groups.map((group) => [group.name, of(group)]));
  return {
    weights: byGroup(() => 1),
    init: (random) => ({ params: model.init(random) }),
    part(params, _buffers, { tokens, labels, dropPath }) {
      const features = model.pool(params, model.encode(params, tokens, dropPath));
      const logits = model.classify(params, features); // [B, C]
      const ofGroup = (scores: tf.Tensor2D, { from, labels: names }: LabelGroup) =>
        groups.length === 1 ? scores : tf.slice(scores, [0, from], [-1, names.length]);
      return {
        terms: byGroup((group) => softLabelLoss(ofGroup(logits, group), ofGroup(labels, group), smoothing)),
        figures: Object.fromEntries(
          groups.map(({ name, labels: names }) => [`${name} baseline`, tf.scalar(Math.log(names.length))]),
        ),
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
