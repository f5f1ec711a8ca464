import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as models from './index.js';
import { tinyClipModel } from './testing/tiny-clip-model.js';
import { TINY_PATCH_CODEBOOK } from './testing/tiny-patch-codebook.js';
import { TINY_VIDEO_MAE } from './testing/tiny-video-mae.js';
import { lettersTokenizer, lettersVocabulary } from './testing/tokenizer-json.js';

// What JavaScript lets through: a compiler would refuse each of these calls.
// biome-ignore lint/suspicious/noExplicitAny: calls without the compiler's help
const untyped = models as any;
const {
  clipModelPatchTextEncoder,
  clipModelTokenizer,
  clipModelTokenizerJson,
  drawDropPath,
  exportClipModelImage,
  exportClipModelText,
  exportVideoMaeClassifier,
  exportVideoMaeEncoder,
  fillTemplate,
  frameTokens,
  hubFolder,
  labelCaptions,
  labelWords,
  layerDecayScales,
  layerOf,
  loadClipModel,
  loadParams,
  loadPatchCodebook,
  loadVideoMae,
  loadVideoMaeClassifier,
  loadVideoMaeEncoder,
  paramsFromTensors,
  patchify,
  readCaptions,
  readClassDescriptions,
  readSafetensors,
  resizeClipModel,
  resizeVideoMae,
  saveClipModel,
  savePatchCodebook,
  saveVideoMae,
  saveVideoMaeEncoder,
  saveVideoMaeClassifier,
  tokenGridOf,
  tokenSizeOf,
  tensorsDigest,
  unpatchify,
  writeAtomically,
  writeSafetensors,
} = untyped;

const engine = await cpuEngine();
const random = seededRandom('arguments');
const model = models.videoMae(TINY_VIDEO_MAE);
const params = model.init(random);
const classifier = models.videoMaeClassifier({ ...TINY_VIDEO_MAE, poolNormEps: 1e-6, labels: ['a'] });
const classifierParams = classifier.init(random);
const codebook = models.patchCodebook(TINY_PATCH_CODEBOOK);
const codebookParams = codebook.init(random);
const clipModel = models.clipModel(tinyClipModel);
const clipModelParams = clipModel.init(random);
const tokenizer = lettersTokenizer(8);
const { numFrames, imageSize } = TINY_VIDEO_MAE;
const frames = new Uint8Array(numFrames * imageSize * imageSize * 3);
const one = { dtype: 'F32', shape: [1], data: new Float32Array(1) };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-arguments-'));
});
afterAll(() => rm(folder, { recursive: true }));
const path = (name = 'x') => join(folder, name);

const thrown = async (call: () => unknown): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
};

const noText = [null, undefined, Number.NaN, -1, true, {}, [], () => 1];
const noObject = [null, undefined, 1, 'x', true, [], () => 1, {}, { zz: 1 }];
const noBytes = [null, undefined, 1, 'x', {}, [], new Float32Array(4)];
const noFunction = [null, undefined, 0.5, 'x', {}, []];
const noConfig = [...noObject, { ...TINY_VIDEO_MAE, numHiddenLayers: 0 }];
const noParams = [null, undefined, 1, 'x', [], { a: null }, { a: [1] }];

type Call = (value: unknown) => unknown;
const exporting = (given: object) => ({ path: path(), params: given, batch: 1 });

/** The function, the argument, wrong values of it, and a call with one. */
const calls: [string, string, readonly unknown[], Call][] = [
  ['layerDecayScales', 'config', noConfig, (value) => layerDecayScales(value, 0.75)],
  ['tensorsDigest', 'tensors', noParams, (value) => tensorsDigest(value)],
  ['writeAtomically', 'path', noText, (value) => writeAtomically(value, () => undefined)],
  ['writeAtomically', 'write', noFunction, (value) => writeAtomically(path(), value)],
  ['layerOf', 'config', noConfig, (value) => layerOf('mask_token', value)],
  ['layerOf', 'name', [...noText, 'videomae.encoder.layer.99.x'], (value) => layerOf(value, TINY_VIDEO_MAE)],
  ['drawDropPath', 'random', noFunction, (value) => drawDropPath({ rate: 0, layers: 1, batch: 1 }, value)],
  ['resizeVideoMae', 'model', noObject, (value) => resizeVideoMae({ model: value, params }, {})],
  ['resizeVideoMae', 'params', noParams, (value) => resizeVideoMae({ model, params: value }, {})],
  ['resizeVideoMae', 'clip', [1], (value) => resizeVideoMae({ model, params, clip: value }, {})],
  [
    'resizeClipModel',
    'model',
    noObject,
    (value) => resizeClipModel({ model: value, params: clipModelParams }, 8),
  ],
  ['resizeClipModel', 'params', noParams, (value) => resizeClipModel({ model: clipModel, params: value }, 8)],
  [
    'resizeClipModel',
    'imageSize',
    noText,
    (value) => resizeClipModel({ model: clipModel, params: clipModelParams }, value),
  ],
  ['exportVideoMaeEncoder', 'model', noObject, (value) => exportVideoMaeEncoder(value, exporting(params))],
  [
    'exportVideoMaeClassifier',
    'model',
    [...noObject, model],
    (value) => exportVideoMaeClassifier(value, exporting(classifierParams)),
  ],
  [
    'exportClipModelImage',
    'model',
    [...noObject, model],
    (value) => exportClipModelImage(value, exporting(clipModelParams)),
  ],
  [
    'exportClipModelText',
    'model',
    [...noObject, model],
    (value) => exportClipModelText(value, exporting(clipModelParams)),
  ],
  ['saveVideoMae', 'folder', noText, (value) => saveVideoMae(value, model, params)],
  [
    'saveVideoMae',
    'model',
    [...noObject, clipModel, codebook],
    (value) => saveVideoMae(path(), value, params),
  ],
  ['saveVideoMaeEncoder', 'folder', noText, (value) => saveVideoMaeEncoder(value, model, params)],
  [
    'saveVideoMaeEncoder',
    'model',
    [...noObject, clipModel, codebook],
    (value) => saveVideoMaeEncoder(path(), value, params),
  ],
  ['saveVideoMaeEncoder', 'params', noParams, (value) => saveVideoMaeEncoder(path(), model, value)],
  ['saveVideoMae', 'params', noParams, (value) => saveVideoMae(path(), model, value)],
  [
    'saveVideoMaeClassifier',
    'folder',
    noText,
    (value) => saveVideoMaeClassifier(value, classifier, classifierParams),
  ],
  [
    'saveVideoMaeClassifier',
    'model',
    [...noObject, model],
    (value) => saveVideoMaeClassifier(path(), value, classifierParams),
  ],
  [
    'saveVideoMaeClassifier',
    'params',
    noParams,
    (value) => saveVideoMaeClassifier(path(), classifier, value),
  ],
  ['savePatchCodebook', 'folder', noText, (value) => savePatchCodebook(value, codebook, codebookParams)],
  [
    'savePatchCodebook',
    'model',
    [...noObject, model],
    (value) => savePatchCodebook(path(), value, codebookParams),
  ],
  ['savePatchCodebook', 'params', noParams, (value) => savePatchCodebook(path(), codebook, value)],
  ['loadPatchCodebook', 'folder', noText, (value) => loadPatchCodebook(value)],
  [
    'saveClipModel',
    'folder',
    noText,
    (value) => saveClipModel(value, { model: clipModel, params: clipModelParams, tokenizer }),
  ],
  [
    'saveClipModel',
    'model',
    noObject,
    (value) => saveClipModel(path(), { model: value, params: clipModelParams, tokenizer }),
  ],
  [
    'saveClipModel',
    'params',
    noParams,
    (value) => saveClipModel(path(), { model: clipModel, params: value, tokenizer }),
  ],
  [
    'saveClipModel',
    'tokenizer',
    [...noObject, { ...tokenizer, json: null }],
    (value) => saveClipModel(path(), { model: clipModel, params: clipModelParams, tokenizer: value }),
  ],
  [
    'saveClipModel',
    'processor',
    [1],
    (value) =>
      saveClipModel(path(), { model: clipModel, params: clipModelParams, tokenizer, processor: value }),
  ],
  ['loadVideoMae', 'folder', noText, (value) => loadVideoMae(value)],
  ['loadVideoMaeEncoder', 'folder', noText, (value) => loadVideoMaeEncoder(value)],
  ['loadVideoMaeClassifier', 'folder', noText, (value) => loadVideoMaeClassifier(value)],
  ['loadClipModel', 'folder', noText, (value) => loadClipModel(value)],
  ['loadParams', 'path', noText, (value) => loadParams(value, model)],
  ['loadParams', 'model', noObject, (value) => loadParams(path(), value)],
  [
    'paramsFromTensors',
    'read',
    [null, undefined, 1, 'x', []],
    (value) => paramsFromTensors(value, model, 'x'),
  ],
  ['paramsFromTensors', 'model', noObject, (value) => paramsFromTensors({}, value, 'x')],
  ['readCaptions', 'path', noText, (value) => readCaptions(value)],
  ['readClassDescriptions', 'path', noText, (value) => readClassDescriptions(value)],
  ['readSafetensors', 'source', [...noText, new Float32Array(4)], (value) => readSafetensors(value)],
  ['writeSafetensors', 'path', noText, (value) => writeSafetensors(value, {}, {})],
  [
    'writeSafetensors',
    'tensors',
    [null, undefined, 1, 'x', []],
    (value) => writeSafetensors(path(), value, {}),
  ],
  [
    'writeSafetensors',
    'metadata',
    [null, undefined, 1, 'x', [], { zz: 1 }, { a: 'b', zz: null }],
    (value) => writeSafetensors(path(), { one }, value),
  ],
  ['fillTemplate', 'template', noText, (value) => fillTemplate(value, [])],
  ['fillTemplate', 'things', [null, undefined, 1, 'x', {}], (value) => fillTemplate('[a]', value)],
  ['labelCaptions', 'label', noText, (value) => labelCaptions(value, ['{}'])],
  ['labelCaptions', 'templates', [null, undefined, 1, 'x', {}, []], (value) => labelCaptions('a', value)],
  ['labelWords', 'label', noText, (value) => labelWords(value)],
  ['frameTokens', 'frames', noBytes, (value) => frameTokens(value, TINY_VIDEO_MAE, [0], models.UNIT_PIXELS)],
  [
    'frameTokens',
    'indices',
    [null, undefined, 1, 'x', {}, () => 1],
    (value) => frameTokens(frames, TINY_VIDEO_MAE, value, models.UNIT_PIXELS),
  ],
  [
    'frameTokens',
    'into',
    [null, [], new Float64Array(999)],
    (value) => frameTokens(frames, TINY_VIDEO_MAE, [0], models.UNIT_PIXELS, value),
  ],
  ['patchify', 'frames', noBytes, (value) => patchify(value, TINY_VIDEO_MAE)],
  ['unpatchify', 'patches', noBytes, (value) => unpatchify(value, TINY_VIDEO_MAE)],
  [
    'tokenGridOf',
    'patchSize',
    [null, 0, -2, 0.5, '2'],
    (value) => tokenGridOf({ ...TINY_VIDEO_MAE, patchSize: value }),
  ],
  [
    'tokenSizeOf',
    'tubeletSize',
    [null, undefined, 0, -2, 0.5, '2'],
    (value) => tokenSizeOf({ ...TINY_VIDEO_MAE, tubeletSize: value }),
  ],
  [
    'clipModelTokenizerJson',
    'vocab',
    [null, 1, [], { ...lettersVocabulary, a: 0.5 }],
    (value) => clipModelTokenizerJson(value, []),
  ],
  ['hubFolder', 'repo', ['c/d'], (value) => hubFolder('a/b', { revision: '0'.repeat(40), repo: value })],
  [
    'clipModelTokenizer',
    'contextLength',
    [4],
    (value) => clipModelTokenizer(tokenizer.json, tokenizer.config, 8, { contextLength: value }),
  ],
  [
    'clipModelTokenizerJson',
    'merges',
    [null, 1, 'x', {}, ['a e']],
    (value) => clipModelTokenizerJson(lettersVocabulary, value),
  ],
  [
    'clipModelTokenizerJson',
    'merges.0',
    [[1], ['ab'], [['a', 'b']]],
    (value) => clipModelTokenizerJson(lettersVocabulary, value),
  ],
  [
    'clipModelPatchTextEncoder',
    'params',
    noParams,
    (value) =>
      clipModelPatchTextEncoder({ model: clipModel, params: value, tokenizer, engine, variant: 'value' }),
  ],
  [
    'clipModelPatchTextEncoder',
    'tokenizer',
    noObject,
    (value) =>
      clipModelPatchTextEncoder({
        model: clipModel,
        params: clipModelParams,
        tokenizer: value,
        engine,
        variant: 'value',
      }),
  ],
];

it.each(calls)('%s refuses a wrong %s where it comes in', async (where, option, values, call) => {
  for (const value of values) {
    const error = await thrown(() => call(value));
    expect(error, String(value)).toBeInstanceOf(models.ModelError);
    expect(error).toMatchObject({ code: 'OPTION_INVALID', where: `${where}, option ${option}` });
  }
  expect(await readdir(folder)).toEqual([]);
});

it.each([tokenGridOf, tokenSizeOf])('%o refuses what is no configuration', async (call) => {
  for (const value of noObject)
    expect(await thrown(() => call(value))).toMatchObject({ code: 'OPTION_INVALID' });
});

it('frameTokens takes whole numbers of tokens only', () => {
  for (const token of [0.5, Number.NaN, -1, '0']) {
    expect(() => frameTokens(frames, TINY_VIDEO_MAE, [token], models.UNIT_PIXELS)).toThrow(
      expect.objectContaining({ code: 'INPUT_SHAPE' }),
    );
  }
});

const encoder = clipModelPatchTextEncoder({
  model: clipModel,
  params: clipModelParams,
  tokenizer,
  engine,
  variant: 'value',
});
const oneFrame = { frames: new Uint8Array(48), height: 4, width: 4 };

it.each([
  [
    'encodeText, option captions',
    [null, undefined, 1, 'a dog', {}],
    (value: unknown) => encoder.encodeText(value),
  ],
  [
    'encodeText, option captions.0',
    [null, undefined, 1, ['a']],
    (value: unknown) => encoder.encodeText([value]),
  ],
  ['encodePatches', [undefined, null, {}, 1], (value: unknown) => encoder.encodePatches(value)],
  [
    'encodePatches, option frames',
    noBytes,
    (value: unknown) => encoder.encodePatches({ ...oneFrame, frames: value }),
  ],
  ['encodeAttention', [undefined, null, {}, 1], (value: unknown) => encoder.encodeAttention(value)],
  [
    'encodeAttention, option height',
    [null, undefined, '4'],
    (value: unknown) => encoder.encodeAttention({ ...oneFrame, height: value }),
  ],
  [
    'encodePatches, option width',
    [null, undefined, '4'],
    (value: unknown) => encoder.encodePatches({ ...oneFrame, width: value }),
  ],
] as const)('%s of an encoder is refused', async (where, values, call) => {
  for (const value of values) {
    const error = await thrown(() => call(value));
    expect(error, String(value)).toBeInstanceOf(models.ModelError);
    expect(error).toMatchObject({ code: 'OPTION_INVALID', where });
  }
});

it('encodePatches takes one frame at least, and a clip with more about it', async () => {
  expect(await thrown(() => encoder.encodePatches({ ...oneFrame, frames: new Uint8Array(0) }))).toMatchObject(
    {
      code: 'INPUT_SHAPE',
      received: '0 bytes',
    },
  );
  expect(await encoder.encodePatches({ ...oneFrame, times: [0] })).toMatchObject({ frameCount: 1 });
});

const floats = (...shape: number[]) => tf.zeros(shape);
const places = tf.zeros([1, 3], 'int32');
const { tokenSize, config } = model;
const tokens = floats(1, 3, tokenSize);

/** What a model is called with in place of a tensor. */
const forward: [string, (value: unknown) => unknown][] = [
  ['encode, tokens', (value) => untyped.videoMae(config).encode(params, value, places)],
  ['encode, positions', (value) => untyped.videoMae(config).encode(params, tokens, value)],
  ['decode, latent', (value) => untyped.videoMae(config).decode(params, value, places, places)],
  ['decode, visible', (value) => untyped.videoMae(config).decode(params, floats(1, 3, 8), value, places)],
  ['decode, masked', (value) => untyped.videoMae(config).decode(params, floats(1, 3, 8), places, value)],
  ['predictPixels, decoded', (value) => untyped.videoMae(config).predictPixels(params, value)],
  [
    'encode, tokens',
    (value) => untyped.videoMaeClassifier(classifier.config).encode(classifierParams, value),
  ],
  ['pool, encoded', (value) => untyped.videoMaeClassifier(classifier.config).pool(classifierParams, value)],
  [
    'classify, features',
    (value) => untyped.videoMaeClassifier(classifier.config).classify(classifierParams, value),
  ],
  ['encode, tokens', (value) => untyped.patchCodebook(codebook.config).encode(codebookParams, value)],
  ['nearest, encoded', (value) => untyped.patchCodebook(codebook.config).nearest(codebookParams, value)],
  ['codesOf, numbers', (value) => untyped.patchCodebook(codebook.config).codesOf(codebookParams, value)],
  ['decode, codes', (value) => untyped.patchCodebook(codebook.config).decode(codebookParams, value)],
  [
    'clipModel vision, patches',
    (value) => untyped.clipModel(tinyClipModel).encodeImage(clipModelParams, value),
  ],
  [
    'clipModel vision, patches',
    (value) => untyped.clipModel(tinyClipModel).patchFeatures(clipModelParams, value, 'raw'),
  ],
  [
    'clipModel vision, patches',
    (value) => untyped.clipModel(tinyClipModel).classAttention(clipModelParams, value),
  ],
  [
    'clipModel vision, positions',
    // Left out, they are all.
    (value) =>
      untyped.clipModel(tinyClipModel).encodeImage(clipModelParams, tf.zeros([1, 4, 12]), value ?? null),
  ],
  [
    'clipModel vision, patches',
    (value) => untyped.clipModel(tinyClipModel).tokensAtDepth(clipModelParams, value, 1),
  ],
  [
    'clipModel text, tokenIds',
    (value) => untyped.clipModel(tinyClipModel).encodeText(clipModelParams, value, tf.zeros([1], 'int32')),
  ],
  [
    'clipModel text, endPositions',
    (value) => untyped.clipModel(tinyClipModel).encodeText(clipModelParams, places, value),
  ],
];

it.each(forward)('%s that is no tensor is refused (%#)', async (where, call) => {
  for (const value of [undefined, null, 1, 'x', {}, [[1]], new Float32Array(4)]) {
    const error = await thrown(() => call(value));
    expect(error, String(value)).toBeInstanceOf(models.ModelError);
    expect(error).toMatchObject({ code: 'OPTION_INVALID', where });
  }
});

it.each([undefined, null, {}])('encode without parameters (%o) is told so', async (given) => {
  expect(await thrown(() => untyped.videoMae(config).encode(given, tokens, places))).toMatchObject({
    code: 'PARAMETER_MISSING',
  });
});

it.each([
  ['pool, encoded', () => classifier.pool(classifierParams, floats(1, 3, 5) as tf.Tensor3D)],
  ['classify, features', () => classifier.classify(classifierParams, floats(1, 5) as tf.Tensor2D)],
])('%s of another size is refused', async (where, call) => {
  expect(await thrown(call)).toMatchObject({ code: 'INPUT_SHAPE', where });
});

it('clipModelPatchTextEncoder wants all parameters of both towers', () => {
  const { 'text_projection.weight': _, ...lacking } = clipModelParams;
  for (const given of [{}, lacking]) {
    expect(() =>
      clipModelPatchTextEncoder({ model: clipModel, params: given, tokenizer, engine, variant: 'value' }),
    ).toThrow(expect.objectContaining({ code: 'CHECKPOINT_KEYS_MISMATCH' }));
  }
});

it('writeSafetensors writes no tensor that is not what it says', async () => {
  const wrong = [
    null,
    {},
    { ...one, dtype: 'BF16' },
    { ...one, dtype: 'zz' },
    { ...one, shape: 1 },
    { ...one, shape: [-1] },
    { ...one, data: [0] },
    { ...one, data: new Int32Array(1) },
    { ...one, data: new Float32Array(2) },
  ];
  for (const tensor of wrong) {
    expect(await thrown(() => writeSafetensors(path(), { tensor }, {}))).toMatchObject({
      code: 'SAFETENSORS_INVALID',
      where: expect.stringContaining('"tensor"'),
    });
  }
  expect(await readdir(folder)).toEqual([]);
});
