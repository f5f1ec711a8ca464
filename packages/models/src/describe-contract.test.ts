import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { descriptionContract } from '@tgm/options/testing';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, expect, it } from 'vitest';
import * as models from './index.js';
import { TINY_CAPTION_DECODER } from './testing/tiny-caption-decoder.js';
import { tinyClipModel } from './testing/tiny-clip-model.js';
import { writeTinyImageText } from './testing/tiny-image-text.js';
import { TINY_PATCH_CODEBOOK } from './testing/tiny-patch-codebook.js';
import { writeTinyTextEncoder } from './testing/tiny-text-encoder.js';
import { TINY_VIDEO_MAE } from './testing/tiny-video-mae.js';
import { lettersTokenizer } from './testing/tokenizer-json.js';

const { clipModel, patchCodebook, videoMae, videoMaeClassifier, videoMaeEncoder } = models;

const engine = await cpuEngine();

const folder = await mkdtemp(join(tmpdir(), 'tgm-describe-'));
afterAll(() => rm(folder, { recursive: true }));
for (const kind of ['bert', 'roberta'] as const) {
  await writeTinyTextEncoder(join(folder, kind), { kind, words: [] });
  const onnx = join(folder, kind, 'onnx');
  await copyFile(join(onnx, 'model.onnx'), join(onnx, 'model_fp16.onnx'));
}
await writeTinyImageText(join(folder, 'tokens'), { imageSize: 8, patchSize: 2 });
await writeTinyImageText(join(folder, 'maps'), { imageSize: 8, patchSize: 2, kind: 'maps' });
await writeTinyImageText(join(folder, 'small'), { imageSize: 4, patchSize: 1 });
const teacherOf = (name: string) => ({
  image: join(folder, name, 'image.onnx'),
  text: join(folder, name, 'text.onnx'),
  folder: join(folder, name),
});

/** One configuration for each field, with that field changed. */
const each = <Config extends object>(config: Config, changes: Record<keyof Config, unknown>): Config[] =>
  Object.entries(changes).map(([field, value]) => ({ ...config, [field]: value }));

const pixels = [
  models.UNIT_PIXELS,
  { ...models.IMAGENET_PIXELS, mean: [0, 0, 0] },
  { ...models.IMAGENET_PIXELS, std: [1, 1, 1] },
];

const blocks = {
  imageSize: 8,
  patchSize: 4,
  numFrames: 2,
  tubeletSize: [1, 4],
  hiddenSize: 16,
  numHiddenLayers: 1,
  numAttentionHeads: 4,
  intermediateSize: 8,
  layerNormEps: 1e-5,
  qkvBias: false,
} satisfies Record<Exclude<keyof models.VideoMaeBlocksConfig, 'useMeanPooling'>, unknown>;

const encoder = {
  ...blocks,
  useMeanPooling: true,
  positions: 'separable',
  classToken: true,
} satisfies Record<keyof models.VideoMaeEncoderConfig, unknown>;

/** `recompute` is no part of a description: it changes no number. */
const options = { pixels, scaledResiduals: true } satisfies Record<
  Exclude<keyof models.VideoMaeOptions, 'recompute'>,
  unknown
>;

const tower = {
  hiddenSize: 24,
  intermediateSize: 4,
  numHiddenLayers: 1,
  numAttentionHeads: 1,
  layerNormEps: 1e-6,
};

const checks = descriptionContract({
  factories: [
    {
      name: 'videoMae',
      make: ({ pixels, scaledResiduals, ...config }) => videoMae(config, { pixels, scaledResiduals }),
      options: TINY_VIDEO_MAE,
      changes: {
        ...options,
        ...encoder,
        decoderHiddenSize: 8,
        decoderNumHiddenLayers: 2,
        decoderNumAttentionHeads: 2,
        decoderIntermediateSize: 4,
        decoderNormEps: 1e-5,
        predictedFrames: 1,
      } satisfies Record<keyof models.VideoMaeConfig | keyof typeof options, unknown>,
    },
    {
      name: 'videoMaeEncoder',
      make: ({ pixels, scaledResiduals, ...config }) => videoMaeEncoder(config, { pixels, scaledResiduals }),
      options: TINY_VIDEO_MAE,
      changes: { ...options, ...encoder },
    },
    {
      name: 'videoMaeClassifier',
      make: ({ pixels, ...config }) => videoMaeClassifier(config, { pixels }),
      options: { ...TINY_VIDEO_MAE, poolNormEps: 1e-6, labels: ['a'] },
      changes: {
        pixels,
        ...blocks,
        useMeanPooling: false,
        poolNormEps: 1e-5,
        labels: [['b'], ['a', 'b'], { verb: ['a'] }],
      } satisfies Record<keyof models.VideoMaeClassifierConfig | 'pixels', unknown>,
    },
    {
      name: 'patchCodebook',
      make: ({ pixels, ...config }) => patchCodebook(config, { pixels }),
      options: TINY_PATCH_CODEBOOK,
      changes: {
        pixels: [models.UNIT_PIXELS],
        imageSize: 8,
        patchSize: 4,
        numFrames: 2,
        tubeletSize: [1, 4],
        codes: 6,
        codeWidth: 2,
        hiddenSize: 7,
      } satisfies Record<keyof models.PatchCodebookConfig | 'pixels', unknown>,
    },
    {
      name: 'captionDecoder',
      make: models.captionDecoder,
      options: TINY_CAPTION_DECODER,
      changes: {
        videoSize: 7,
        vocabSize: 12,
        maxPositionEmbeddings: 6,
        hiddenSize: 12,
        numHiddenLayers: 1,
        numAttentionHeads: 1,
        intermediateSize: 5,
        layerNormEps: 1e-5,
      } satisfies Record<keyof models.CaptionDecoderConfig, unknown>,
    },
    {
      name: 'clipModel',
      make: ({ pixels, ...config }) => clipModel(config, { pixels }),
      options: tinyClipModel,
      changes: {
        pixels,
        projectionDim: 4,
        logitScaleInitValue: 0,
        textConfig: each<models.ClipModelTextConfig>(tinyClipModel.textConfig, {
          ...tower,
          hiddenAct: 'quick_gelu',
          vocabSize: 13,
          maxPositionEmbeddings: 9,
          eosTokenId: 3,
        }),
        visionConfig: each<models.ClipModelVisionConfig>(tinyClipModel.visionConfig, {
          ...tower,
          hiddenAct: 'gelu',
          imageSize: 8,
          patchSize: 1,
        }),
      } satisfies Record<keyof models.ClipModelConfig | 'pixels', unknown>,
    },
    {
      name: 'clipModelPatchTextEncoder',
      make: ({ model, ...options }) =>
        models.clipModelPatchTextEncoder({
          model,
          params: model.init(seededRandom('encoder')),
          tokenizer: lettersTokenizer(8),
          engine,
          ...options,
        }),
      options: { model: clipModel(tinyClipModel), variant: 'value' },
      changes: {
        model: clipModel({ ...tinyClipModel, projectionDim: 3 }),
        variant: ['raw', 'value-residual'],
      } satisfies Record<
        Exclude<keyof models.ClipModelPatchTextEncoderOptions, 'params' | 'tokenizer' | 'engine'>,
        unknown
      >,
    },
    {
      name: 'onnxPatchTextEncoder',
      make: (options) => {
        const files = options.imageSize === 4 ? 'small' : options.leadingTokens === 0 ? 'maps' : 'tokens';
        return models.onnxPatchTextEncoder({ ...teacherOf(files), ...options });
      },
      options: {},
      changes: {
        imageSize: 4,
        pixels: [models.UNIT_PIXELS],
        grid: [{ rows: 2, columns: 8 }],
        leadingTokens: 0,
        textLength: 9,
        outputs: [{ attention: 'strengths' }],
        normalise: false,
      } satisfies Record<
        Exclude<keyof models.OnnxPatchTextEncoderOptions, 'image' | 'text' | 'folder' | 'threads'>,
        unknown
      >,
    },
    {
      name: 'sentenceEncoder',
      make: (options) => models.sentenceEncoder({ model: join(folder, 'bert'), offline: true, ...options }),
      options: { revision: 'one' },
      changes: {
        model: [join(folder, 'roberta')],
        revision: 'two',
        pooling: 'cls',
        dtype: 'fp16',
      } satisfies Record<Exclude<keyof models.SentenceEncoderOptions, 'cacheDir' | 'offline'>, unknown>,
    },
  ],
  exported: {
    module: models,
    declarations: `${import.meta.dirname}/../dist`,
    returns: [
      'VideoMae',
      'VideoMaeEncoder',
      'VideoMaeClassifier',
      'ClipModel',
      'PatchCodebook',
      'CaptionDecoder',
      'SentenceEncoder',
      'OnnxPatchTextEncoder',
    ],
  },
});
for (const { name, run } of checks) it(name, run);

it('a model tells its configuration with the defaults, whichever way it was given', () => {
  const defaults = { qkvBias: true, useMeanPooling: false, positions: 'sinusoid', classToken: false };
  const { mean, std } = models.IMAGENET_PIXELS;
  const told = {
    is: 'videoMae',
    ...models.VIDEO_MAE_CONFIGS.small,
    ...defaults,
    predictedFrames: 2,
    pixels: { mean, std },
    scaledResiduals: false,
  };
  expect(videoMae('small').describe()).toEqual(told);
  expect(videoMae({ ...models.VIDEO_MAE_CONFIGS.small, qkvBias: true }).describe()).toEqual(told);
});

it('an encoder does not tell the decoder of a published size, which it does not read', () => {
  const { small } = models.VIDEO_MAE_CONFIGS;
  const other = videoMaeEncoder({ ...small, decoderHiddenSize: 6 } as models.VideoMaeEncoderConfig);
  expect(other.describe()).toEqual(videoMaeEncoder(small).describe());
});

it('a scale of pixels tells its numbers alone', () => {
  const named = { ...models.UNIT_PIXELS, name: 'unit', read: new Date(0) };
  expect(videoMae(TINY_VIDEO_MAE, { pixels: named }).describe()).toEqual(
    videoMae(TINY_VIDEO_MAE, { pixels: models.UNIT_PIXELS }).describe(),
  );
});

it('a model of another size tells and draws as one that is made so', async () => {
  const options = { pixels: models.UNIT_PIXELS, scaledResiduals: true };
  const model = videoMae(TINY_VIDEO_MAE, options);
  const params = model.init(seededRandom(0));
  const resized = await models.resizeVideoMae({ model, params }, { numFrames: 8 });
  const made = videoMae({ ...TINY_VIDEO_MAE, numFrames: 8 }, options);
  expect(resized.model.describe()).toEqual(made.describe());
  const [drawn, other] = [resized.model.init(seededRandom(1)), made.init(seededRandom(1))];
  for (const [name, tensor] of Object.entries(drawn)) {
    expect(tensor.dataSync()).toEqual(other[name]!.dataSync());
  }
  for (const tensors of [params, resized.params, drawn, other])
    for (const tensor of Object.values(tensors)) tensor.dispose();
});
