import { type Params, tensorsDigest, type VideoMaeEncoder, videoMaeEncoder } from '@tgm/models';
import {
  describer,
  flag,
  optional,
  optionTable,
  passing,
  recorded,
  unrecorded,
  wholeNumber,
} from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { type FeatureExtractorOptions, featureExtractor } from '../extract-features.js';
import { encoderField, engineField } from '../option-fields.js';
import { tokenExtractor } from '../token-features.js';
import type { ClipRepresentation } from './clip-representation.js';

export interface EncoderRepresentationOptions extends FeatureExtractorOptions {
  /** The parameters of the encoder, whatever else is among them; they stay the caller's and must not change. */
  readonly params: Params;
  /** Whether each token keeps its vector; by default a clip has the mean of them. */
  readonly tokens?: boolean;
}

const OPTIONS = optionTable(
  'encoderRepresentation',
  {
    engine: unrecorded(engineField()),
    model: encoderField(),
    batchSize: unrecorded(wholeNumber({ from: 1 })),
    params: unrecorded(
      passing('parameters by name', (value): value is Params => typeof value === 'object' && !!value),
    ),
    tokens: optional(flag(), false),
  } satisfies Record<keyof EncoderRepresentationOptions, unknown>,
  EvaluationError,
);

/**
 * The frozen encoder of a checkpoint, nothing masked: what `extractFeatures` gives, or `extractTokens`.
 *
 * The description tells the encoder by its configuration and a digest of its parameters. A model and its encoder alone count as the
 * same. Not told are the engine and the batch size, which change the last digits at most.
 *
 * @throws EvaluationError `OPTION_INVALID`, also for a parameter that is missing or of another shape.
 */
export function encoderRepresentation(options: EncoderRepresentationOptions): ClipRepresentation {
  const checked = OPTIONS.check(options);
  const { engine, model, batchSize, tokens } = checked;
  const encoder = videoMaeEncoder(model.config, { pixels: model.pixels });
  const params = paramsOf(encoder, checked.params);
  const { slices, rows, columns } = encoder.grid;
  const extract = (tokens ? tokenExtractor : featureExtractor)({ engine, model: encoder, batchSize });
  const describe = describer('encoderRepresentation', recorded(OPTIONS, { ...checked, model: encoder }));
  let digest: Promise<string> | undefined;
  return {
    width: encoder.config.hiddenSize,
    ...(tokens && { tokens: slices * rows * columns }),
    batchSize,
    async describe() {
      digest ??= tensorsDigest(params);
      return { ...describe(), params: await digest };
    },
    features: async (clips) => (await extract(params, clips)).values,
  };
}

function paramsOf({ parameters }: VideoMaeEncoder, given: Params): Params {
  return Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const tensor = given[name];
      if (tensor?.shape?.length === shape.length && shape.every((side, axis) => tensor.shape[axis] === side))
        return [name, tensor];
      throw new EvaluationError('OPTION_INVALID', {
        where: 'encoderRepresentation, option params',
        expected: `${name} [${shape}]`,
        received: tensor ? `[${tensor.shape}]` : 'none',
      });
    }),
  );
}
