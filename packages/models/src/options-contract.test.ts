import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { optionsContract } from '@tgm/options/testing';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, it } from 'vitest';
import * as models from './index.js';
import { writeTinyCaptioner } from './testing/tiny-captioner.js';
import { tinyClipModel } from './testing/tiny-clip-model.js';
import { writeTinyImageText } from './testing/tiny-image-text.js';
import { TINY_PATCH_CODEBOOK } from './testing/tiny-patch-codebook.js';
import { writeTinyTextEncoder } from './testing/tiny-text-encoder.js';
import { TINY_VIDEO_MAE } from './testing/tiny-video-mae.js';
import { lettersTokenizer } from './testing/tokenizer-json.js';

const engine = await cpuEngine();
const random = seededRandom('contract');
const revision = '0'.repeat(40);
const model = models.videoMae(TINY_VIDEO_MAE);
const params = model.init(random);
const classifierConfig = { ...TINY_VIDEO_MAE, poolNormEps: 1e-6, labels: ['a'] };
const classifier = models.videoMaeClassifier(classifierConfig);
const classifierParams = classifier.init(random);
const clipModel = models.clipModel(tinyClipModel);
const clipModelParams = clipModel.init(random);
const codebook = models.patchCodebook(TINY_PATCH_CODEBOOK);
const tokenizer = lettersTokenizer(8);

let folder: string;
const inside = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-contract-'));
  await models.saveVideoMae(inside('mae'), model, params);
  await models.saveVideoMaeClassifier(inside('classifier'), classifier, classifierParams);
  await models.saveClipModel(inside('clip'), { model: clipModel, params: clipModelParams, tokenizer });
  await models.savePatchCodebook(inside('codebook'), codebook, codebook.init(random));
  await mkdir(inside(`models--a--b/snapshots/${revision}`), { recursive: true });
  await writeTinyCaptioner(inside('captioner'));
  await writeTinyImageText(inside('teacher'), { imageSize: 4, patchSize: 2 });
  await writeTinyTextEncoder(inside('bert'), { kind: 'bert', words: [] });
});
afterAll(() => rm(folder, { recursive: true }));

const batch = 1;
const clipModelExport = { params: clipModelParams, batch };

const checks = optionsContract({
  module: models,
  declarations: `${import.meta.dirname}/../dist`,
  calls: {
    captionVideos: (extra) =>
      models.captionVideos(
        inside('captions.jsonl'),
        [],
        { model: 'm', revision: 'one', caption: async () => 'a', dispose: async () => undefined },
        { ...extra },
      ),
    captioner: (extra) =>
      models.captioner({
        model: inside('captioner'),
        revision: 'one',
        dtype: 'fp32',
        offline: true,
        ...extra,
      }),
    clipModel: (extra) => models.clipModel(tinyClipModel, { ...extra }),
    clipModelPatchTextEncoder: (extra) =>
      models.clipModelPatchTextEncoder({
        model: clipModel,
        params: clipModelParams,
        tokenizer,
        engine,
        variant: 'value',
        ...extra,
      }),
    loadPatchTextEncoder: (extra) => models.loadPatchTextEncoder(inside('clip'), { engine, ...extra }),
    clipModelTokenizer: (extra) =>
      models.clipModelTokenizer(tokenizer.json, tokenizer.config, 8, { ...extra }),
    commandCaptioner: (extra) =>
      models.commandCaptioner({ command: 'none', model: 'm', revision: 'one', ...extra }),
    commandWriter: (extra) =>
      models.commandWriter({ command: 'none', model: 'm', revision: 'one', ...extra }),
    describeClasses: (extra) =>
      models.describeClasses({
        path: inside('classes.json'),
        classes: ['a'],
        writer: { model: 'm', revision: 'one', write: async () => ['a'] },
        ...extra,
      }),
    drawDropPath: (extra) => models.drawDropPath({ rate: 0.1, layers: 1, batch, ...extra }, random),
    exportClipModelImage: (extra) =>
      models.exportClipModelImage(clipModel, { path: inside('i.onnx'), ...clipModelExport, ...extra }),
    exportClipModelText: (extra) =>
      models.exportClipModelText(clipModel, { path: inside('t.onnx'), ...clipModelExport, ...extra }),
    exportVideoMaeClassifier: (extra) =>
      models.exportVideoMaeClassifier(classifier, {
        path: inside('c.onnx'),
        params: classifierParams,
        batch,
        ...extra,
      }),
    exportVideoMaeEmbeddings: (extra) =>
      models.exportVideoMaeEmbeddings(model, {
        path: inside('v.onnx'),
        params,
        batch,
        projection: new Float32Array(2 * model.config.hiddenSize),
        ...extra,
      }),
    exportVideoMaeEncoder: (extra) =>
      models.exportVideoMaeEncoder(model, { path: inside('e.onnx'), params, batch, ...extra }),
    hubFolder: (extra) => models.hubFolder('a/b', { revision, offline: true, cacheDir: folder, ...extra }),
    loadClipModel: (extra) => models.loadClipModel(inside('clip'), { ...extra }),
    loadPatchCodebook: (extra) => models.loadPatchCodebook(inside('codebook'), { ...extra }),
    loadVideoMae: (extra) => models.loadVideoMae(inside('mae'), { ...extra }),
    loadVideoMaeClassifier: (extra) => models.loadVideoMaeClassifier(inside('classifier'), { ...extra }),
    loadVideoMaeEncoder: (extra) => models.loadVideoMaeEncoder(inside('mae'), { ...extra }),
    onnxPatchTextEncoder: (extra) =>
      models.onnxPatchTextEncoder({
        image: inside('teacher/image.onnx'),
        text: inside('teacher/text.onnx'),
        folder: inside('teacher'),
        ...extra,
      }),
    patchCodebook: (extra) => models.patchCodebook(TINY_PATCH_CODEBOOK, { ...extra }),
    resizeClipModel: (extra) =>
      models.resizeClipModel({ model: clipModel, params: clipModelParams, ...extra }, 8),
    resizeVideoMae: (extra) => models.resizeVideoMae({ model, params }, { imageSize: 8, ...extra }),
    shardFolder: (extra) =>
      models.shardFolder({
        folder: inside('shards'),
        things: 'numbers',
        writer: 'writeNumbers',
        version: 1,
        index: { where: 'index', check: (value) => value as object },
        record: { where: 'record', check: (value) => value as object },
        fault: (_kind, { where }) => new Error(where),
        ...extra,
      }),
    sentenceEncoder: (extra) =>
      models.sentenceEncoder({ model: inside('bert'), revision: 'one', offline: true, ...extra }),
    videoMae: (extra) => models.videoMae(TINY_VIDEO_MAE, { ...extra }),
    videoMaeClassifier: (extra) => models.videoMaeClassifier(classifierConfig, { ...extra }),
    videoMaeEncoder: (extra) => models.videoMaeEncoder(TINY_VIDEO_MAE, { ...extra }),
  },
});
for (const { name, run } of checks) it(name, run);
