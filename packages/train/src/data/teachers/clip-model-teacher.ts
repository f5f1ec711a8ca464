import * as tf from '@tensorflow/tfjs';
import { resampleBilinear } from '@tgm/masking';
import {
  type ClipModel,
  type ClipModelTokenizer,
  frameTokens,
  type Params,
  type PatchConfig,
  type PatchFeaturesVariant,
  readOnce,
  tokenGridOf,
  tokenSizeOf,
} from '@tgm/models';
import { describer, objectWith, oneOf, optional, optionTable, recorded, unrecorded } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { TrainError } from '../../errors.js';
import type { FeatureTeacher } from '../with-features.js';
import { frozenParams, paramsField } from './frozen-params.js';
import { requireFrames } from './require-frames.js';

export interface ClipModelTeacherOptions {
  /** CLIP, for images of the size of the student's frames; `resizeClipModel` makes one of another size. */
  readonly model: ClipModel;
  /** Its parameters, of the vision tower at least; they stay the caller's. */
  readonly params: Params;
  readonly engine: Engine;
  /** Not read: what `loadClipModel` gives may be passed whole. */
  readonly tokenizer?: ClipModelTokenizer;
  /** The model that learns: its clips and tokens. */
  readonly student: { readonly config: PatchConfig };
  /** How a patch gets its features from the last block. Default `raw`, the block as it is. */
  readonly variant?: PatchFeaturesVariant;
  /** Which frames of a tubelet are read: the mean of all of them (default), or the `first` alone, which costs a tubelet's share. */
  readonly tubelet?: 'mean' | 'first';
}

const OPTIONS = optionTable(
  'clipModelTeacher',
  {
    model: objectWith<ClipModel>('a CLIP model', [
      'patchFeatures',
      'config',
      'pixels',
      'parameters',
      'describe',
    ]),
    params: unrecorded(paramsField()),
    engine: unrecorded(objectWith<Engine>('an engine', ['compile'])),
    tokenizer: unrecorded(optional(objectWith<ClipModelTokenizer>('a tokenizer of CLIP', ['encode']))),
    student: unrecorded(
      objectWith<ClipModelTeacherOptions['student']>('a VideoMae, or its encoder', ['config']),
    ),
    variant: optional(oneOf(['raw', 'value', 'value-residual']), 'raw'),
    tubelet: optional(oneOf(['mean', 'first']), 'mean'),
  } satisfies Record<keyof ClipModelTeacherOptions, unknown>,
  TrainError,
);

/** Names of the parameters of the vision tower, with its projection. */
const VISION = /^vis/;

/**
 * A frozen CLIP as a teacher: the features of its patches in the space of its texts, brought to the student's tokens by bilinear
 * interpolation (as TrackMAE brings ViT-L/14's 16 x 16 patches to 14 x 14; A) and over the frames of each tubelet. F is CLIP's
 * projection width. UMT and MILAN predict features of `raw`, the default (A, B); text-guided masks read `value`.
 *
 * The description tells CLIP by its configuration and a hash of the vision tower's parameters.
 *
 * `features` throws TrainError `OPTION_INVALID` for other frames than the student's.
 *
 * @throws TrainError `OPTION_INVALID`, also for a parameter that is missing and for frames of another size than CLIP's.
 */
export function clipModelTeacher(options: ClipModelTeacherOptions): FeatureTeacher {
  const checked = OPTIONS.check(options);
  const { model, engine, student, variant, tubelet } = checked;
  const { imageSize, numFrames, tubeletSize } = student.config;
  const { visionConfig, projectionDim: width } = model.config;
  if (visionConfig.imageSize !== imageSize) {
    throw new TrainError('OPTION_INVALID', {
      where: 'clipModelTeacher, option model',
      expected: `images of ${imageSize} x ${imageSize} pixels, as the student's frames; resizeClipModel makes them so`,
      received: `${visionConfig.imageSize} x ${visionConfig.imageSize}`,
    });
  }
  const frozen = frozenParams(
    'clipModelTeacher',
    model.parameters.filter(({ name }) => VISION.test(name)),
    checked.params,
  );
  const grid = tokenGridOf(student.config);
  const layout = { imageSize, patchSize: visionConfig.patchSize, tubeletSize: 1, numFrames };
  const patchGrid = tokenGridOf({ ...layout, numFrames: 1 });
  const patches = patchGrid.rows * patchGrid.columns;
  const patchSize = tokenSizeOf(layout);
  const tokens = grid.rows * grid.columns;
  const step = tubelet === 'first' ? tubeletSize : 1;
  const read = numFrames / step;
  const indices = Uint32Array.from(
    { length: read * patches },
    (_, at) => Math.floor(at / patches) * step * patches + (at % patches),
  );
  const same = patchGrid.rows === grid.rows && patchGrid.columns === grid.columns;
  const shares = same ? undefined : interpolation(patchGrid, grid);

  const embed = engine.compile((inputs: { params: Params; patches: tf.Tensor3D; shares?: tf.Tensor2D }) => {
    const features = model.patchFeatures(inputs.params, inputs.patches, variant); // [read, patches, F]
    const perSlice = tf.reshape(features, [grid.slices, read / grid.slices, patches * width]);
    const reduced = tf.reshape(tf.mean(perSlice, 1), [grid.slices, patches, width]);
    if (!inputs.shares) return tf.reshape(reduced, [grid.slices * tokens, width]);
    const across = tf.reshape(tf.transpose(reduced, [1, 0, 2]), [patches, grid.slices * width]);
    const brought = tf.reshape(tf.matMul(inputs.shares, across as tf.Tensor2D), [tokens, grid.slices, width]);
    return tf.reshape(tf.transpose(brought, [1, 0, 2]), [grid.slices * tokens, width]);
  });

  const describe = describer('clipModelTeacher', recorded(OPTIONS, checked));
  return {
    width,
    describe: async () => ({ ...describe(), params: await frozen.digest() }),
    async features(frames) {
      requireFrames('clipModelTeacher', student.config, frames);
      const cut = frameTokens(frames, layout, indices, model.pixels);
      const inputs = {
        patches: tf.tensor3d(cut, [read, patches, patchSize]),
        ...(shares && { shares: tf.tensor2d(shares, [tokens, patches]) }),
      };
      return readOnce(embed({ params: frozen.params, ...inputs }), inputs);
    },
  };
}

interface Sides {
  readonly rows: number;
  readonly columns: number;
}

/** [to, from] how much each cell of one raster has of each cell of the other, by bilinear interpolation. */
function interpolation(from: Sides, to: Sides): Float32Array {
  const [sources, targets] = [from.rows * from.columns, to.rows * to.columns];
  const shares = new Float32Array(targets * sources);
  for (let source = 0; source < sources; source += 1) {
    const values = new Float32Array(sources);
    values[source] = 1;
    resampleBilinear({ ...from, values }, to.rows, to.columns).forEach((share, target) => {
      shares[target * sources + source] = share;
    });
  }
  return shares;
}
