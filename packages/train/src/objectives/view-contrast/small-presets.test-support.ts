import type * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { valueAndGradients } from '../../trainer/gradients.js';
import type { Rows, Scalars } from '../../trainer/objective.js';
import type { MaskedBatch } from '../masked-batch.js';
import type { MaskedObjective } from '../masked-objective.js';
import { tinyEncoder } from '../tiny-batch.test-support.js';
import { VIEW_CONTRASTS } from './presets.js';
import type { Matrix, ReferenceLayer } from './reference.test-support.js';
import type { ViewContrastOptions } from './view-contrast-options.js';

export type PresetName = keyof typeof VIEW_CONTRASTS;

export const PRESETS = Object.keys(VIEW_CONTRASTS) as PresetName[];

/** A preset with narrow heads, 7 places of a queue and 5 prototypes. */
export function small(name: PresetName, change: Partial<ViewContrastOptions> = {}): ViewContrastOptions {
  const preset: Omit<ViewContrastOptions, 'model'> = VIEW_CONTRASTS[name];
  const { projection, predictor, keys, positives } = preset;
  const hidden = { hidden: 8 };
  return {
    ...preset,
    model: tinyEncoder(),
    ...(projection
      ? { projection: { ...projection, ...(projection.layers > 1 ? hidden : {}), width: 6 } }
      : {}),
    ...(predictor ? { predictor: { ...predictor, ...(predictor.layers > 1 ? hidden : {}) } } : {}),
    ...(typeof keys === 'object' ? { keys: { queue: 7 } } : {}),
    ...(typeof positives === 'object'
      ? {
          positives:
            'nearest' in positives ? { nearest: 7 } : { ...positives, prototypes: 5, frozenSteps: 1 },
        }
      : {}),
    ...change,
  };
}

export type Outcome = {
  readonly term: tf.Tensor;
  readonly figures: Scalars;
  readonly buffers: Params;
  readonly rows: Rows;
  readonly gradients: Params;
};

/** One step's computation, without an update. The caller disposes what it gives. */
export const outcomeOf = (engine: Engine, objective: MaskedObjective) =>
  engine.compile((given: { params: Params; buffers: Params; batch: MaskedBatch }): Outcome => {
    const { value, extra, gradients } = valueAndGradients(given.params, (params) => {
      const { rows } = objective.part(params, given.buffers, given.batch);
      const { terms, figures, buffers } = objective.whole!(params, given.buffers, rows!);
      return {
        value: terms.viewContrast!,
        extra: { figures: figures!, buffers: { ...given.buffers, ...buffers }, rows: rows! },
      };
    });
    const reached = Object.entries(gradients).filter(([, gradient]) => gradient !== undefined);
    return { term: value, ...extra, gradients: Object.fromEntries(reached) as Params };
  });

export const matrix = (tensor: tf.Tensor): Matrix => (tensor as tf.Tensor2D).arraySync();

/** A head's weights, read off the parameters by their documented names. */
export function layersOf(prefix: string, params: Params): ReferenceLayer[] {
  const list = (name: string) => Array.from(params[name]!.dataSync());
  const layers: ReferenceLayer[] = [];
  for (let at = 0; params[`${prefix}.layer${at}.weight`]; at++) {
    const name = `${prefix}.layer${at}`;
    const normed = params[`${name}.norm.weight`] !== undefined;
    layers.push({
      weight: matrix(params[`${name}.weight`]!),
      ...(normed
        ? { norm: { weight: list(`${name}.norm.weight`), bias: list(`${name}.norm.bias`) } }
        : { bias: list(`${name}.bias`) }),
    });
  }
  return layers;
}
