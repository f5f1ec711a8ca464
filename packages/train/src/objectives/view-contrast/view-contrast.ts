import * as tf from '@tensorflow/tfjs';
import { l2Normalise, withoutGradients } from '@tgm/losses';
import { type Params, saveVideoMaeEncoder } from '@tgm/models';
import { describer, recorded } from '@tgm/options';
import { TrainError } from '../../errors.js';
import type { MaskedObjective } from '../masked-objective.js';
import { matrixDecays } from '../parameter-rule.js';
import { requireViews } from '../require-views.js';
import { drawDirections } from './draw-directions.js';
import { applyHead, drawHead } from './head.js';
import { PROTOTYPES, pairTerm, STEP } from './pair-term.js';
import { drawQueue, queued } from './queue.js';
import { movedTarget, targetBuffers, targetCopies } from './target-encoder.js';
import {
  checkedViewContrast,
  VIEW_CONTRAST_OPTIONS,
  type ViewContrastOptions,
} from './view-contrast-options.js';

const TERM = 'viewContrast';
const PROJECTION = 'view_contrast.projection';
const PREDICTOR = 'view_contrast.predictor';

/**
 * Learns without words by comparing views of the same sample with each other: the published video-only baselines, each of
 * which is a set of these options in `VIEW_CONTRASTS`.
 *
 * A view is the mean of the encoder's outputs. Views are encoded in parts; whatever compares clips or normalises over a batch
 * (projection, predictor, queue, Sinkhorn, term) sees the whole one. Clips of one sample are no negatives of each other, those in
 * the queue included. A momentum target moves at the beginning of a step, before it encodes. A queue takes the keys of the first
 * pair's `to` behind each step.
 *
 * Term: `viewContrast`. Figures: `baseline`, what the term is where all candidates look alike (2 where nothing is told apart);
 * `spread`, the standard deviation of the coordinates of L2-normalised projections, times the root of their number: about 1
 * where embeddings point everywhere, 0 where all are the same.
 *
 * Parameters beside the encoder's, and buffers, begin with `view_contrast.`. A checkpoint holds the encoder as Hugging Face's
 * `VideoMAEModel`, without them.
 *
 * @throws TrainError `OPTION_INVALID`; `part` for a batch without a view that a pair names, `whole` for fewer than two clips.
 */
export function viewContrast(options: ViewContrastOptions): MaskedObjective {
  const checked = checkedViewContrast(options);
  const { model, pairs, projection, predictor, target, keys, positives, negatives } = checked;
  const { hiddenSize } = model.config;
  const width = projection?.width ?? hiddenSize;
  const momentum = typeof target === 'object' ? target : undefined;
  const prototypes = typeof positives === 'object' && 'prototypes' in positives ? positives : undefined;
  const queueSize = queueSizeOf(checked);
  const counts = momentum?.rampSteps !== undefined || (prototypes?.frozenSteps ?? 0) > 0;

  const targetViews = [...new Set([...pairs.map(({ to }) => to), ...negatives])];
  const queryViews = [...new Set(pairs.map(({ from }) => from))];
  const allViews = [...new Set([...queryViews, ...targetViews])];
  /** Views that are encoded with gradients. */
  const onlineViews = target === 'same' ? allViews : queryViews;

  const encoderNames = model.parameters.map(({ name }) => name);
  const head = predictor && { ...predictor, width };
  const predictorOf = (pair: number): string => (predictor?.perPair ? `${PREDICTOR}.pair${pair}` : PREDICTOR);
  const predictors = head ? [...new Set(pairs.map((_, at) => predictorOf(at)))] : [];

  const project = (params: Params, rows: tf.Tensor2D): tf.Tensor2D =>
    projection ? applyHead(PROJECTION, projection, params, rows) : rows;
  const comparable = (rows: tf.Tensor2D): tf.Tensor2D =>
    checked.similarity === 'cosine' ? l2Normalise(rows) : rows;

  /** Names of what the momentum target follows. */
  const followed = (params: Params): readonly string[] =>
    Object.keys(params).filter((name) => encoderNames.includes(name) || name.startsWith(`${PROJECTION}.`));

  return {
    needs: {
      views: allViews,
      decoder: false,
      pixels: false,
      features: false,
      text: false,
      otherClips: true,
    },
    tellsSamplesApart: typeof keys === 'string' && keys !== 'none' && negatives.length === 0,
    weights: { [TERM]: 1 },
    init: (random, given) =>
      tf.tidy(() => {
        const params: Params = {
          ...model.init(random),
          ...(projection ? drawHead(PROJECTION, projection, hiddenSize, random) : {}),
          ...(head
            ? Object.assign({}, ...predictors.map((name) => drawHead(name, head, width, random)))
            : {}),
          ...(prototypes ? { [PROTOTYPES]: drawDirections(prototypes.prototypes, width, random) } : {}),
        };
        return {
          params,
          buffers: {
            ...(momentum ? targetCopies({ ...params, ...given }, followed(params)) : {}),
            ...(queueSize ? drawQueue(queueSize, width, random) : {}),
            ...(counts ? { [STEP]: tf.scalar(0, 'int32') } : {}),
          },
        };
      }),

    part(params, buffers, batch) {
      requireViews('viewContrast', allViews, batch);
      const embedding = (of: Params, view: string): tf.Tensor2D => {
        const { tokens, positions } = batch.views[view]!;
        return tf.mean(model.encode(of, tokens, positions), 1);
      };
      const rows: Record<string, tf.Tensor> = { sampleKeys: tf.clone(batch.sampleKey) };
      for (const view of onlineViews) rows[`online.${view}`] = embedding(params, view);
      for (const view of targetViews) {
        if (!momentum && onlineViews.includes(view)) continue;
        rows[`target.${view}`] = withoutGradients(() => {
          const of = momentum ? movedTarget(momentum, params, buffers, encoderNames, buffers[STEP]) : params;
          return embedding(of, view);
        });
      }
      return { terms: {}, rows };
    },

    whole(params, buffers, rows) {
      const sampleKeys = rows.sampleKeys as tf.Tensor2D;
      requireSeveral(sampleKeys.shape[0]);
      const row = (name: string) => rows[name] as tf.Tensor2D | undefined;
      const online = byName(onlineViews, (view) => project(params, row(`online.${view}`)!));
      const moved = momentum && movedTarget(momentum, params, buffers, followed(params), buffers[STEP]);
      const targets = byName(targetViews, (view) => {
        if (target === 'same') return comparable(online[view]!);
        const embedded = row(`target.${view}`) ?? row(`online.${view}`)!;
        return withoutGradients(() => comparable(project(moved ?? params, embedded)));
      });
      const compared = { params, buffers, targets, sampleKeys };
      const made = pairs.map(({ from, to }, at) => {
        const projected = online[from]!;
        const predicted = head ? applyHead(predictorOf(at), head, params, projected) : projected;
        return pairTerm(checked, comparable(predicted), to, compared);
      });
      const spreads = Object.values(online).map((projected) => withoutGradients(() => spreadOf(projected)));
      return {
        terms: { [TERM]: meanOf(made.map(({ term }) => term)) },
        figures: {
          [`${TERM} baseline`]: meanOf(made.map(({ baseline }) => baseline)),
          [`${TERM} spread`]: meanOf(spreads),
        },
        buffers: {
          ...(moved ? targetBuffers(moved) : {}),
          ...(queueSize ? queued(buffers, targets[pairs[0]!.to]!, sampleKeys) : {}),
          ...(counts ? { [STEP]: tf.add(buffers[STEP]!, tf.scalar(1, 'int32')) } : {}),
        },
      };
    },

    // Prototypes are normalised before they are used, so that their length is nothing to be kept small.
    group: (name, shape) => ({ decays: matrixDecays(name, shape) && name !== PROTOTYPES, rateScale: 1 }),
    artefacts: (params) => [{ folder: '.', write: (path) => saveVideoMaeEncoder(path, model, params) }],
    describe: describer('viewContrast', recorded(VIEW_CONTRAST_OPTIONS, checked)),
  };
}

/** Places of the queue; none where nothing is compared with one. */
function queueSizeOf({ keys, positives }: ReturnType<typeof checkedViewContrast>): number | undefined {
  if (typeof keys === 'object') return keys.queue;
  return typeof positives === 'object' && 'nearest' in positives ? positives.nearest : undefined;
}

/** Scalar: mean over the columns of the standard deviation of unit rows [B, E], times sqrt(E) (Chen and He, arXiv 2011.10566). */
function spreadOf(rows: tf.Tensor2D): tf.Scalar {
  const unit = l2Normalise(rows);
  const variance = tf.mean(tf.square(tf.sub(unit, tf.mean(unit, 0, true))), 0);
  return tf.mul(tf.mean(tf.sqrt(variance)), Math.sqrt(rows.shape[1])) as tf.Scalar;
}

const meanOf = (scalars: readonly tf.Scalar[]): tf.Scalar =>
  tf.div(tf.addN([...scalars]), scalars.length) as tf.Scalar;

const byName = <Value>(names: readonly string[], of: (name: string) => Value): Record<string, Value> =>
  Object.fromEntries(names.map((name) => [name, of(name)]));

/** @throws TrainError `OPTION_INVALID` for a single clip, which a batch norm and a comparison make nothing of. */
function requireSeveral(clips: number): void {
  if (clips > 1) return;
  throw new TrainError('OPTION_INVALID', {
    where: 'viewContrast, batch',
    expected: 'at least two clips in a step, which are compared with each other',
    received: String(clips),
  });
}
