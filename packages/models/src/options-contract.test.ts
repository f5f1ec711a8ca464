import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { optionsContract } from '@tgm/options/testing';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, it } from 'vitest';
import * as models from './index.js';
import { writeTinyCaptioner } from './testing/tiny-captioner.js';
import { tinyClip } from './testing/tiny-clip.js';
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
const clip = models.clip(tinyClip);
const clipParams = clip.init(random);
const tokenizer = lettersTokenizer(8);

let folder: string;
const inside = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-contract-'));
  await models.saveVideoMae(inside('mae'), model, params);
  await models.saveVideoMaeClassifier(inside('classifier'), classifier, classifierParams);
  await models.saveClip(inside('clip'), { clip, params: clipParams, tokenizer });
  await mkdir(inside(`models--a--b/snapshots/${revision}`), { recursive: true });
  await writeTinyCaptioner(inside('captioner'));
});
afterAll(() => rm(folder, { recursive: true }));

const batch = 1;
const clipExport = { params: clipParams, batch };

const checks = optionsContract({
  module: models,
  declarations: `${import.meta.dirname}/../dist`,
  calls: {
    captioner: (extra) =>
      models.captioner({
        model: inside('captioner'),
        revision: 'one',
        dtype: 'fp32',
        offline: true,
        ...extra,
      }),
    clip: (extra) => models.clip(tinyClip, { ...extra }),
    clipPatchTextEncoder: (extra) =>
      models.clipPatchTextEncoder({
        clip,
        params: clipParams,
        tokenizer,
        engine,
        variant: 'value',
        ...extra,
      }),
    clipTokenizer: (extra) => models.clipTokenizer(tokenizer.json, tokenizer.config, 8, { ...extra }),
    drawDropPath: (extra) => models.drawDropPath({ rate: 0.1, layers: 1, batch, ...extra }, random),
    exportClipImage: (extra) =>
      models.exportClipImage(clip, { path: inside('i.onnx'), ...clipExport, ...extra }),
    exportClipText: (extra) =>
      models.exportClipText(clip, { path: inside('t.onnx'), ...clipExport, ...extra }),
    exportVideoMaeClassifier: (extra) =>
      models.exportVideoMaeClassifier(classifier, {
        path: inside('c.onnx'),
        params: classifierParams,
        batch,
        ...extra,
      }),
    exportVideoMaeEncoder: (extra) =>
      models.exportVideoMaeEncoder(model, { path: inside('e.onnx'), params, batch, ...extra }),
    hubFolder: (extra) => models.hubFolder('a/b', { revision, offline: true, cacheDir: folder, ...extra }),
    loadClip: (extra) => models.loadClip(inside('clip'), { ...extra }),
    loadVideoMae: (extra) => models.loadVideoMae(inside('mae'), { ...extra }),
    loadVideoMaeClassifier: (extra) => models.loadVideoMaeClassifier(inside('classifier'), { ...extra }),
    loadVideoMaeEncoder: (extra) => models.loadVideoMaeEncoder(inside('mae'), { ...extra }),
    resizeClip: (extra) => models.resizeClip({ clip, params: clipParams, ...extra }, 8),
    resizeVideoMae: (extra) => models.resizeVideoMae({ model, params }, { imageSize: 8, ...extra }),
    videoMae: (extra) => models.videoMae(TINY_VIDEO_MAE, { ...extra }),
    videoMaeClassifier: (extra) => models.videoMaeClassifier(classifierConfig, { ...extra }),
    videoMaeEncoder: (extra) => models.videoMaeEncoder(TINY_VIDEO_MAE, { ...extra }),
  },
});
for (const { name, run } of checks) it(name, run);
