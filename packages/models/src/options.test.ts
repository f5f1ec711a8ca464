import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { beforeAll, expect, it } from 'vitest';
import {
  captionDecoder,
  captioner,
  captionVideos,
  clipModel,
  clipModelTokenizerJson,
  drawDropPath,
  exportClipModelImage,
  exportVideoMaeEncoder,
  fillTemplate,
  frameTokens,
  hubFolder,
  keyFrames,
  layerDecayScales,
  loadClipModel,
  ModelError,
  patchCodebook,
  resizeClipModel,
  resizeVideoMae,
  sinusoidTable,
  UNIT_PIXELS,
  videoMae,
  videoMaeClassifier,
  videoMaeEncoder,
} from './index.js';
import { TINY_CAPTION_DECODER } from './testing/tiny-caption-decoder.js';
import { tinyClipModel } from './testing/tiny-clip-model.js';
import { TINY_PATCH_CODEBOOK } from './testing/tiny-patch-codebook.js';
import { TINY_VIDEO_MAE } from './testing/tiny-video-mae.js';

beforeAll(() => cpuEngine());

const random = seededRandom('options');
const revision = '0'.repeat(40);
const model = () => videoMae(TINY_VIDEO_MAE);
const classifier = { ...TINY_VIDEO_MAE, poolNormEps: 1e-6, labels: ['a'] };
const noScale = { mean: [0, 0, 0], std: [1, 1, 0] } as const;

/** What JavaScript may say and the compiler would not let pass. */
const wrong: [string, string, () => unknown][] = [
  ['videoMae', 'size', () => videoMae('medium' as 'base')],
  ['videoMae', 'hiddensize', () => videoMae({ ...TINY_VIDEO_MAE, hiddensize: 8 } as never)],
  ['videoMae', 'hidden_size', () => videoMae({ ...TINY_VIDEO_MAE, hidden_size: 8 } as never)],
  ['videoMae', 'labels', () => videoMae({ ...TINY_VIDEO_MAE, labels: ['a'] } as never)],
  ['videoMae', 'positions', () => videoMae({ ...TINY_VIDEO_MAE, positions: 'learned' as 'separable' })],
  ['videoMae', 'qkvBias', () => videoMae({ ...TINY_VIDEO_MAE, qkvBias: 0 as never })],
  ['videoMae', 'pixels', () => videoMae('small', { pixels: noScale })],
  ['videoMae', 'scale', () => videoMae('small', { scale: UNIT_PIXELS } as never)],
  ['videoMaeEncoder', 'numFrames', () => videoMaeEncoder({ ...TINY_VIDEO_MAE, numFrames: 3 })],
  [
    'videoMaeClassifier',
    'positions',
    () => videoMaeClassifier({ ...classifier, positions: 'separable' } as never),
  ],
  ['videoMaeClassifier', 'dropPath', () => videoMaeClassifier(classifier, { dropPath: 0.1 } as never)],
  ['clipModel', 'pixels', () => clipModel(tinyClipModel, { pixels: {} as never })],
  [
    'clipModel, textConfig',
    'heads',
    () => clipModel({ ...tinyClipModel, textConfig: { ...tinyClipModel.textConfig, heads: 2 } } as never),
  ],
  ['captionDecoder', 'hiddenSize', () => captionDecoder({ ...TINY_CAPTION_DECODER, hiddenSize: 7 })],
  ['captionDecoder', 'vocabsize', () => captionDecoder({ ...TINY_CAPTION_DECODER, vocabsize: 3 } as never)],
  ['patchCodebook', 'codes', () => patchCodebook({ ...TINY_PATCH_CODEBOOK, codes: 1 })],
  ['patchCodebook', 'hiddensize', () => patchCodebook({ ...TINY_PATCH_CODEBOOK, hiddensize: 8 } as never)],
  ['patchCodebook', 'imageSize', () => patchCodebook({ ...TINY_PATCH_CODEBOOK, imageSize: 5 })],
  ['patchCodebook', 'pixels', () => patchCodebook(TINY_PATCH_CODEBOOK, { pixels: noScale })],
  ['clipModelTokenizerJson', 'vocab', () => clipModelTokenizerJson({ a: 0 }, [])],
  ['resizeClipModel', '', () => resizeClipModel({ model: clipModel(tinyClipModel), params: {} }, 5)],
  [
    'resizeVideoMae',
    'frameCount',
    () => resizeVideoMae({ model: model(), params: {} }, { frameCount: 8 } as never),
  ],
  [
    'drawDropPath',
    'share',
    () => drawDropPath({ rate: 0, layers: 1, batch: 1, share: 0.1 } as never, random),
  ],
  ['drawDropPath', 'batch', () => drawDropPath({ rate: 0, layers: 1, batch: 0.5 }, random)],
  ['layerDecayScales', 'decay', () => layerDecayScales(TINY_VIDEO_MAE, 1.5)],
  ['sinusoidTable', 'width', () => sinusoidTable(4, Number.NaN)],
  ['frameTokens', 'scale', () => frameTokens(new Uint8Array(192), TINY_VIDEO_MAE, [0], noScale)],
  [
    'frameTokens',
    'imageSize',
    () => frameTokens(new Uint8Array(300), { ...TINY_VIDEO_MAE, imageSize: 5 }, [0], UNIT_PIXELS),
  ],
  [
    'exportVideoMaeEncoder',
    'batch',
    () => exportVideoMaeEncoder(model(), { path: 'x', params: {}, batch: 0 }),
  ],
  [
    'exportClipModelImage',
    'opset',
    () =>
      exportClipModelImage(clipModel(tinyClipModel), { path: 'x', params: {}, batch: 1, opset: 9 } as never),
  ],
  ['hubFolder', 'token', () => hubFolder('a/b', { revision, token: 'x' } as never)],
  ['hubFolder', 'repo', () => hubFolder('', { revision })],
  ['captioner', 'dtype', () => captioner({ revision: 'one', dtype: 'int8' as 'q8' })],
  ['captionVideos', 'captioner', () => captionVideos('x', [], {} as never)],
  ['keyFrames', 'count', () => keyFrames(10, 0)],
  ['fillTemplate', 'things', () => fillTemplate('[a]', [])],
  ['loadClipModel', 'pixels', () => loadClipModel('x', { pixels: 0.5 as never })],
];

it.each(wrong)('%s refuses a wrong %s where it comes in', async (where, option, call) => {
  const error = await (async () => call())().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ModelError);
  expect(error).toMatchObject({ code: 'OPTION_INVALID' });
  if (option !== '') expect(error).toMatchObject({ where: `${where}, option ${option}` });
});
