import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadClipModel, saveClipModel } from '../checkpoint/clip-model-checkpoint.js';
import { tinyClipModel } from '../testing/tiny-clip-model.js';
import { lettersTokenizer } from '../testing/tokenizer-json.js';
import { clipModel } from './clip-model.js';
import { resizeClipModel } from './resize.js';

const POSITIONS = 'vision_model.embeddings.position_embedding.weight';

beforeAll(() => cpuEngine());

describe('resizeClipModel', () => {
  it('takes images of the other size, and leaves the text side as it is', async () => {
    const model = clipModel(tinyClipModel);
    const params = model.init(seededRandom('resize'));
    const larger = await resizeClipModel({ model, params }, 8);
    expect(larger.model.config).toEqual({
      ...tinyClipModel,
      visionConfig: { ...tinyClipModel.visionConfig, imageSize: 8 },
    });
    const [before, after] = [await params[POSITIONS]!.array(), await larger.params[POSITIONS]!.array()] as [
      number[][],
      number[][],
    ];
    expect(after.length).toBe(1 + 16);
    expect(after[0]).toEqual(before[0]);
    const features = larger.model.patchFeatures(larger.params, tf.ones([1, 16, 12]), 'value');
    expect(features.shape).toEqual([1, 16, 6]);
    const ids = tf.tensor2d([[10, 1, 11]], undefined, 'int32');
    const ends = tf.tensor1d([2], 'int32');
    const text = await model.encodeText(params, ids, ends).data();
    expect(await larger.model.encodeText(larger.params, ids, ends).data()).toEqual(text);
  });

  it('is the same model at the same size', async () => {
    const model = clipModel(tinyClipModel);
    const params = model.init(seededRandom('same'));
    const same = await resizeClipModel({ model, params }, 4);
    expect(await same.params[POSITIONS]!.array()).toEqual(await params[POSITIONS]!.array());
    tf.dispose(params);
    expect(Object.values(same.params).some((tensor) => tensor.isDisposed)).toBe(false);
  });

  it('takes what loadClipModel gives, and keeps its tokenizer', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'resize-'));
    const model = clipModel(tinyClipModel);
    const tokenizer = lettersTokenizer(tinyClipModel.textConfig.maxPositionEmbeddings);
    await saveClipModel(folder, { model, params: model.init(seededRandom('saved')), tokenizer });
    const loaded = await loadClipModel(folder);
    const larger = await resizeClipModel(loaded, 8);
    expect(larger.tokenizer).toBe(loaded.tokenizer);
    expect(larger.model.config.visionConfig.imageSize).toBe(8);
    await saveClipModel(folder, larger);
    expect((await loadClipModel(folder)).model.config).toEqual(larger.model.config);
    await rm(folder, { recursive: true });
  });

  it('refuses a size that is no multiple of the patch', async () => {
    const model = clipModel(tinyClipModel);
    const params = model.init(seededRandom('odd'));
    await expect(resizeClipModel({ model, params }, 7)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});
