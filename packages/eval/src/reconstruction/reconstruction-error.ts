import * as tf from '@tensorflow/tfjs';
import { frameTokens, type Params, UNIT_PIXELS, type VideoMae } from '@tgm/models';
import { listOf, objectWith, oneOf, optional, optionTable, passing, wholeNumber } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { EvaluationError } from '../errors.js';
import type { Evaluator } from '../evaluator.js';
import { bytes, engineField } from '../option-fields.js';
import { figuresOf, type Outcome } from '../outcome.js';
import { gathered, type Processes, processesField, shareOf } from '../processes.js';
import { intervalsField, told } from '../told.js';
import { type ClipMask, checkMasks, clipMask } from './clip-mask.js';
import { meanColour, normalisedError, pixelError, type TokenError } from './token-error.js';

export interface ReconstructionOptions {
  readonly engine: Engine;
  readonly model: VideoMae;
  /** [T, H, W, 3] RGB, 0-255, each in the model's size; at least one. */
  readonly clips: readonly Uint8Array[];
  /** A mask for each clip; all hide as many tokens and show as many. */
  readonly masks: readonly ClipMask[];
  /** Clips of one pass, from 1. */
  readonly batchSize: number;
  /** What the model was trained to say: `normalised` pixels as VideoMAE by default, or `pixels` in [0, 1]. */
  readonly target?: 'normalised' | 'pixels';
}

export interface ReconstructionErrorOptions extends ReconstructionOptions {
  readonly params: Params;
  /** All of which measure the same; each computes a share of the clips. Default: this process alone. */
  readonly processes?: Processes;
}

export interface ReconstructionEvaluatorOptions extends ReconstructionOptions {
  /** Whether each figure also has its interval of 95 %, as `<figure>/from` and `<figure>/to`. False by default. */
  readonly intervals?: boolean;
}

/** Mean squared errors over the hidden tokens. */
export interface ReconstructionErrorResult {
  readonly error: number;
  /** The error of what knows nothing of a token: 0 where pixels are normalised, else the mean colour of the visible tokens. */
  readonly baseline: number;
  /** Both, and their difference `gain`, clip by clip. */
  readonly outcome: Outcome;
}

const FIELDS = {
  engine: engineField(),
  model: objectWith<VideoMae>('what videoMae() gives', [
    'config',
    'grid',
    'tokenSize',
    'pixels',
    'encode',
    'decode',
  ]),
  clips: listOf(bytes(), { from: 1 }),
  masks: listOf(clipMask()),
  batchSize: wholeNumber({ from: 1 }),
  target: optional(oneOf(['normalised', 'pixels'] as const), 'normalised'),
} satisfies Record<keyof ReconstructionOptions, unknown>;

const ERROR = optionTable(
  'reconstructionError',
  {
    ...FIELDS,
    params: passing('parameters by name', (value): value is Params => typeof value === 'object' && !!value),
    processes: optional(processesField()),
  } satisfies Record<keyof ReconstructionErrorOptions, unknown>,
  EvaluationError,
);
const EVALUATOR = optionTable(
  'reconstructionEvaluator',
  { ...FIELDS, intervals: intervalsField() } satisfies Record<keyof ReconstructionEvaluatorOptions, unknown>,
  EvaluationError,
);

/**
 * How well hidden tokens of clips are reconstructed, on masks that are given: the same for all models that are compared.
 *
 * @throws EvaluationError `OPTION_INVALID`, also for a token that a mask names twice or the model has not; `SHAPE_MISMATCH` for another
 *   number of masks than clips, or masks of other lengths than the first; what the model throws for a clip of another size.
 */
export async function reconstructionError(
  options: ReconstructionErrorOptions,
): Promise<ReconstructionErrorResult> {
  const { params, processes, ...parts } = ERROR.check(options);
  return measurer(ERROR.where, parts)(params, processes);
}

/**
 * `reconstructionError` as an evaluator, compiled once: `error`, `baseline` and `gain`.
 *
 * @throws EvaluationError as `reconstructionError`.
 */
export function reconstructionEvaluator(options: ReconstructionEvaluatorOptions): Evaluator {
  const { intervals, ...parts } = EVALUATOR.check(options);
  const measure = measurer(EVALUATOR.where, parts);
  return {
    name: 'reconstruction',
    together: true,
    evaluate: async (params, processes) => told((await measure(params, processes)).outcome, intervals),
  };
}

function measurer(where: string, parts: Required<ReconstructionOptions>) {
  const { engine, model, clips, masks, target } = parts;
  checkMasks(where, clips.length, masks, model.grid.slices * model.grid.rows * model.grid.columns);
  const batchSize = Math.min(parts.batchSize, clips.length);
  const predict = engine.compile(
    ({
      params,
      tokens,
      visible,
      masked,
    }: {
      params: Params;
      tokens: tf.Tensor;
      visible: tf.Tensor;
      masked: tf.Tensor;
    }) =>
      model.decode(
        params,
        model.encode(params, tokens as tf.Tensor3D, visible as tf.Tensor2D),
        visible as tf.Tensor2D,
        masked as tf.Tensor2D,
      ),
  );

  /** The error of each hidden token of a clip, from its predictions [M, Q]. */
  function errorsOf(clip: number, predictions: Float32Array): TokenError[] {
    const { masked, visible } = masks[clip]!;
    const size = predictions.length / masked.length;
    const config = { ...model.config, readFrames: model.predictedFrames };
    const pixels = frameTokens(clips[clip]!, config, masked, UNIT_PIXELS);
    const colour = meanColour(frameTokens(clips[clip]!, config, visible, UNIT_PIXELS));
    return Array.from({ length: masked.length }, (_, token) => {
      const [from, to] = [token * size, (token + 1) * size];
      const [own, said] = [pixels.subarray(from, to), predictions.subarray(from, to)];
      return target === 'pixels' ? pixelError(own, said, colour) : normalisedError(own, said);
    });
  }

  return async (params: Params, processes?: Processes): Promise<ReconstructionErrorResult> => {
    const share = shareOf(processes, clips.length, batchSize);
    const own = {
      errors: new Float64Array(share.to - share.from),
      baselines: new Float64Array(share.to - share.from),
    };
    for (let { from } = share; from < share.to; from += batchSize) {
      // The last pass is filled up, so that one graph serves all.
      const batch = Array.from({ length: batchSize }, (_, at) => Math.min(from + at, clips.length - 1));
      const inputs = inputsOf(model, clips, masks, batch);
      const predicted = await predict({ params, ...inputs }).finally(() =>
        tf.dispose(inputs as unknown as tf.TensorContainer),
      );
      const values = await predicted.data<'float32'>().finally(() => predicted.dispose());
      const size = values.length / batchSize;
      for (const [at, clip] of batch.entries()) {
        const tokens = errorsOf(clip, values.subarray(at * size, (at + 1) * size));
        const row = clip - share.from;
        own.errors[row] = tokens.reduce((sum, { error }) => sum + error, 0) / tokens.length;
        own.baselines[row] = tokens.reduce((sum, { baseline }) => sum + baseline, 0) / tokens.length;
      }
    }
    const errors = await gathered(processes, own.errors);
    const baselines = await gathered(processes, own.baselines);
    const outcome = {
      count: clips.length,
      figures: {
        error: { values: errors, summary: 'mean' },
        baseline: { values: baselines, summary: 'mean' },
        gain: { values: baselines.map((baseline, clip) => baseline - errors[clip]!), summary: 'mean' },
      },
    } satisfies Outcome;
    const { error, baseline } = figuresOf<'error' | 'baseline'>(outcome);
    return { error, baseline, outcome };
  };
}

function inputsOf(
  model: VideoMae,
  clips: readonly Uint8Array[],
  masks: readonly ClipMask[],
  batch: readonly number[],
) {
  const [shown, hidden] = [masks[0]!.visible.length, masks[0]!.masked.length];
  const tokens = new Float32Array(batch.length * shown * model.tokenSize);
  for (const [at, clip] of batch.entries()) {
    const offset = at * shown * model.tokenSize;
    frameTokens(clips[clip]!, model.config, masks[clip]!.visible, model.pixels, tokens, offset);
  }
  const places = (side: keyof ClipMask, length: number) =>
    tf.tensor2d(
      batch.flatMap((clip) => Array.from(masks[clip]![side])),
      [batch.length, length],
      'int32',
    );
  return {
    tokens: tf.tensor3d(tokens, [batch.length, shown, model.tokenSize]),
    visible: places('visible', shown),
    masked: places('masked', hidden),
  };
}
