import type { VideoMaeEncoder } from '@tgm/models';
import {
  eitherOf,
  type Field,
  flag,
  listOf,
  nested,
  number,
  objectWith,
  oneOf,
  optional,
  optionTable,
  text,
  wholeNumber,
} from '@tgm/options';
import { TrainError } from '../../errors.js';
import { type Head, type HeadOptions, headField, headFields } from './head.js';
import type { MomentumTarget } from './target-encoder.js';

/** One view of a clip's sample is to say what another is. */
export interface ViewPair {
  /** The query: encoded, projected and predicted with gradients. */
  readonly from: string;
  /** What is right for it, of the same sample. */
  readonly to: string;
}

export interface PredictorOptions extends Omit<HeadOptions, 'width'> {
  /** Whether each pair has a predictor of its own, as CPC's later steps. Default false: all have one. */
  readonly perPair?: boolean;
}

/** Right is the nearest embedding in a queue. */
export interface NearestPositives {
  /** Places of the queue. */
  readonly nearest: number;
}

/** Right is the share that each prototype has in the other view. */
export interface PrototypePositives {
  readonly prototypes: number;
  /** Of `sinkhorn`, SwAV's values by default: 0.05 and 3. */
  readonly epsilon?: number;
  readonly iterations?: number;
  /** Steps at the beginning in which the prototypes stay what they are. Default 0. */
  readonly frozenSteps?: number;
}

export interface ViewContrastOptions {
  /** An encoder without a decoder, which would not be trained: `videoMaeEncoder(config)`. */
  readonly model: VideoMaeEncoder;
  /** Default: `first` to `second` and `second` to `first`. The term is the mean over the pairs. */
  readonly pairs?: readonly ViewPair[];
  /** Behind the mean of a view's tokens. Default: none. */
  readonly projection?: HeadOptions;
  /** Behind the projection of queries alone. Its width is the projection's. Default: none. */
  readonly predictor?: PredictorOptions;
  /**
   * What encodes and projects the views that are compared with: the `same` parameters (default), with gradients; the same ones
   * `stopped`, without; or a second encoder that follows them slowly. That one is kept as buffers.
   */
  readonly target?: 'same' | 'stopped' | MomentumTarget;
  /**
   * What the right view is told apart from. `batch` (default): all views that any pair asks for, of all other samples, those
   * of the query's own view too (NT-Xent). `view`: the asked view of other samples. `queue`: the embeddings of earlier steps,
   * so many of them. `none`: nothing; the query is drawn to what is right.
   */
  readonly keys?: 'batch' | 'view' | 'none' | { readonly queue: number };
  /** What is right: the other view (default), its nearest neighbour, or its prototypes. */
  readonly positives?: 'view' | NearestPositives | PrototypePositives;
  /**
   * Views that are wrong even of the query's own sample, unless its pair asks for them: shuffled clips (inter-intra), other
   * moments (CPC). Of the batch, beside `keys`. Default: none.
   */
  readonly negatives?: readonly string[];
  /** Cosines (default), or products of embeddings as they are, as in CPC. A queue holds directions alone, so it takes cosines. */
  readonly similarity?: 'cosine' | 'product';
  /** What similarities are divided by, above 0. Needed, but where nothing is told apart. */
  readonly temperature?: number;
}

const OPTIONS = optionTable(
  'viewContrast',
  {
    model: objectWith<VideoMaeEncoder>('an encoder', ['encode', 'init', 'parameters', 'config', 'describe']),
    pairs: optional(listOf(nested({ from: text(), to: text() }), { from: 1 }), [
      { from: 'first', to: 'second' },
      { from: 'second', to: 'first' },
    ]),
    projection: optional(headField()),
    predictor: optional(predictorField()),
    target: optional(
      eitherOf(
        '"same", "stopped" or { momentum, from 0 to 1, rampSteps? }',
        oneOf(['same', 'stopped']),
        nested({
          momentum: number({ from: 0, to: 1 }),
          rampSteps: optional(wholeNumber({ from: 1 })),
        } satisfies Record<keyof MomentumTarget, unknown>) as Field<MomentumTarget>,
      ),
      'same',
    ),
    keys: optional(
      eitherOf(
        '"batch", "view", "none" or { queue: a whole number from 1 }',
        oneOf(['batch', 'view', 'none']),
        nested({ queue: wholeNumber({ from: 1 }) }),
      ),
      'batch',
    ),
    positives: optional(
      eitherOf(
        '"view", { nearest } or { prototypes, epsilon?, iterations?, frozenSteps? }',
        oneOf(['view']),
        eitherOf(
          '{ nearest } or { prototypes }',
          nested({ nearest: wholeNumber({ from: 1 }) } satisfies Record<keyof NearestPositives, unknown>),
          nested({
            prototypes: wholeNumber({ from: 2 }),
            epsilon: optional(number({ above: 0 }), 0.05),
            iterations: optional(wholeNumber({ from: 1 }), 3),
            frozenSteps: optional(wholeNumber({ from: 0 }), 0),
          } satisfies Record<keyof PrototypePositives, unknown>),
        ),
      ),
      'view',
    ),
    negatives: optional(listOf(text()), []),
    similarity: optional(oneOf(['cosine', 'product']), 'cosine'),
    temperature: optional(number({ above: 0 })),
  } satisfies Record<keyof ViewContrastOptions, unknown>,
  TrainError,
);

export const VIEW_CONTRAST_OPTIONS = OPTIONS;

/** Options with their defaults. */
export type CheckedViewContrast = ReturnType<typeof OPTIONS.check>;

/** @throws TrainError `OPTION_INVALID`, also for options that do not fit each other. */
export function checkedViewContrast(options: ViewContrastOptions): CheckedViewContrast {
  const checked = OPTIONS.check(options);
  const { model, pairs, projection, predictor, target, keys, positives, negatives, similarity } = checked;
  if ('decode' in model) refuse('model', 'an encoder alone, such as videoMaeEncoder(config)', 'a VideoMae');
  const names = pairs.map(({ from, to }) => `${from} to ${to}`);
  const itself = pairs.find(({ from, to }) => from === to);
  if (itself) refuse('pairs', 'pairs of different views', `${itself.from} to ${itself.to}`);
  if (new Set(names).size < names.length) refuse('pairs', 'each pair once', names.join(', '));
  for (const [option, head] of Object.entries({ projection, predictor })) {
    if (head && head.layers > 1 && head.hidden === undefined) {
      refuse(`${option}.hidden`, `the width between ${head.layers} layers`, 'nothing');
    }
  }
  const asked = negatives.find((name) => pairs.some(({ from }) => from === name));
  if (asked !== undefined) refuse('negatives', "views that are no pair's from", `"${asked}"`);
  const regresses = keys === 'none' && positives === 'view';
  if (regresses && checked.temperature !== undefined) {
    refuse('temperature', 'nothing, since nothing is told apart', String(checked.temperature));
  }
  if (!regresses && checked.temperature === undefined) refuse('temperature', 'a number above 0', 'nothing');
  if (positives !== 'view') {
    const [name, wanted] = 'nearest' in positives ? ['nearest', 'view'] : ['prototypes', 'none'];
    if (keys !== wanted) refuse('keys', `"${wanted}" with positives { ${name} }`, JSON.stringify(keys));
    if (target === 'same') {
      refuse('target', `"stopped" or { momentum }: no gradient goes through { ${name} }`, '"same"');
    }
  }
  if (typeof keys === 'object' && similarity !== 'cosine') {
    refuse('similarity', '"cosine", since a queue holds directions', `"${similarity}"`);
  }
  if (regresses || positives !== 'view') {
    if (negatives.length > 0) refuse('negatives', 'none, since none are told apart', negatives.join(', '));
    if (similarity !== 'cosine') refuse('similarity', '"cosine" here', `"${similarity}"`);
  }
  return checked;
}

function predictorField() {
  const { width: _width, ...fields } = headFields();
  const own = { ...fields, perPair: optional(flag(), false) };
  return nested(own satisfies Record<keyof PredictorOptions, unknown>) as Field<
    Omit<Head, 'width'> & { readonly perPair: boolean }
  >;
}

function refuse(option: string, expected: string, received: string): never {
  throw new TrainError('OPTION_INVALID', { where: `viewContrast, option ${option}`, expected, received });
}
