import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipModel } from '../clip-model/clip-model.js';
import { readSafetensors } from '../safetensors/read.js';
import { writeSafetensors } from '../safetensors/write.js';
import { numbers } from '../testing/counted-tensors.js';
import { tinyClipModel } from '../testing/tiny-clip-model.js';
import { lettersTokenizer, lettersVocabulary } from '../testing/tokenizer-json.js';
import { loadClipModel, saveClipModel } from './clip-model-checkpoint.js';

const { textConfig, visionConfig } = tinyClipModel;
const model = clipModel({
  ...tinyClipModel,
  textConfig: { ...textConfig, hiddenAct: 'gelu' },
  visionConfig: { ...visionConfig, hiddenAct: 'gelu' },
});

/** The same towers in open_clip's words. */
const CONFIG = {
  model_cfg: {
    embed_dim: 6,
    vision_cfg: { image_size: 4, patch_size: 2, layers: 2, width: 12, head_width: 4, mlp_ratio: 2 },
    text_cfg: { context_length: 8, vocab_size: 12, width: 8, heads: 2, layers: 2, mlp_ratio: 2 },
  },
  preprocess_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
};

let folder: string;
let stored: Awaited<ReturnType<typeof numbers>>;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'open-clip-'));
  const params = model.init(seededRandom('open-clip'));
  stored = await numbers(params);
  await saveClipModel(join(folder, 'saved'), { model, params, tokenizer: lettersTokenizer(8) });
});
afterAll(() => rm(folder, { recursive: true }));

/** A folder of open_clip's with the parameters of the model, and with other contents. */
async function openClip(config: object = CONFIG): Promise<string> {
  const path = await mkdtemp(join(folder, 'open-clip-'));
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    await cp(join(folder, 'saved', name), join(path, name));
  await cp(join(folder, 'saved/model.safetensors'), join(path, 'open_clip_model.safetensors'));
  await writeFile(join(path, 'open_clip_config.json'), JSON.stringify(config));
  return path;
}

const withCfg = (name: 'vision_cfg' | 'text_cfg', change: object) => ({
  ...CONFIG,
  model_cfg: { ...CONFIG.model_cfg, [name]: { ...CONFIG.model_cfg[name], ...change } },
});

describe('a folder of open_clip', () => {
  it('is opened: the towers, their scale of pixels, texts read at their largest id', async () => {
    const { model: opened, params, tokenizer } = await loadClipModel(await openClip());
    expect(opened.config).toEqual({
      ...model.config,
      textConfig: { ...model.config.textConfig, eosTokenId: 2 },
    });
    expect(opened.pixels).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
    expect(await numbers(params)).toEqual(stored);
    expect(tokenizer.encode('abc')).toMatchObject({ end: 2 });
  });

  it('under other names of the file, and with the tokenizer as vocab.json and merges.txt', async () => {
    const path = await openClip();
    await rename(
      join(path, 'open_clip_model.safetensors'),
      join(path, 'open_clip_pytorch_model.safetensors'),
    );
    const whole = (await loadClipModel(path)).tokenizer;
    await rm(join(path, 'tokenizer.json'));
    await writeFile(join(path, 'vocab.json'), JSON.stringify(lettersVocabulary));
    await writeFile(join(path, 'merges.txt'), '#version: 0.2\na b\nab c</w>\n');
    const { params, tokenizer } = await loadClipModel(path);
    expect(await numbers(params)).toEqual(stored);
    expect(tokenizer.encode('abc d')).toEqual(whole.encode('abc d'));
    // OpenAI's file goes on behind the merges that its vocabulary has.
    const longer = `#version: 0.2\r\na b\r\nab c</w>\r\n${'a b\n'.repeat(48892)}x y\n`;
    await writeFile(join(path, 'merges.txt'), longer);
    expect((await loadClipModel(path)).tokenizer.encode('abc d')).toEqual(whole.encode('abc d'));
    await writeFile(join(path, 'merges.txt'), 'a b\nx y\n');
    await expect(loadClipModel(path)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      where: join(path, 'vocab.json'),
      received: expect.stringContaining('x y'),
    });
  });

  it('is read as Hugging Face’s where it is laid out for its class too, and not for a config.json of timm', async () => {
    const path = await openClip();
    await writeFile(join(path, 'config.json'), JSON.stringify({ architecture: 'vit_tiny', num_classes: 6 }));
    await cp(join(folder, 'saved/model.safetensors'), join(path, 'model.safetensors'));
    expect((await loadClipModel(path)).model.pixels.mean).toEqual([0.5, 0.5, 0.5]);
    await cp(join(folder, 'saved/config.json'), join(path, 'config.json'));
    expect((await loadClipModel(path)).model.pixels.mean).not.toEqual([0.5, 0.5, 0.5]);
    await rm(join(path, 'model.safetensors'));
    expect((await loadClipModel(path)).model.pixels.mean).toEqual([0.5, 0.5, 0.5]);
  });

  it('lets a bias of the logits pass, and no other tensor', async () => {
    const path = await openClip();
    const file = join(path, 'open_clip_model.safetensors');
    const { tensors } = await readSafetensors(file);
    const one = { dtype: 'F32', shape: [], data: Float32Array.of(-10) };
    await writeSafetensors(file, { ...tensors, logit_bias: one } as never, {});
    expect(await numbers((await loadClipModel(path)).params)).toEqual(stored);
    await writeSafetensors(file, { ...tensors, 'visual.attn_pool.query': one } as never, {});
    await expect(loadClipModel(path)).rejects.toMatchObject({ unexpected: ['visual.attn_pool.query'] });
  });

  it.each<readonly [string, object, string]>([
    [
      'a tower of timm',
      withCfg('vision_cfg', { timm_model_name: 'vit_tiny' }),
      'vision_cfg, key timm_model_name',
    ],
    [
      'a tower of Hugging Face',
      withCfg('text_cfg', { hf_model_name: 'roberta' }),
      'text_cfg, key hf_model_name',
    ],
    ['a ResNet', withCfg('vision_cfg', { layers: [1, 1, 1, 1] }), 'vision_cfg, key layers'],
    ['another pooling', withCfg('text_cfg', { pool_type: 'last' }), 'text_cfg, key pool_type'],
    ['scaled layers', withCfg('vision_cfg', { ls_init_value: 0.1 }), 'vision_cfg, key ls_init_value'],
    ['what is not known', withCfg('vision_cfg', { rotary: true }), 'vision_cfg, key rotary'],
    ['heads that do not divide the width', withCfg('vision_cfg', { head_width: 5 }), 'vision_cfg, key width'],
    ['CoCa', { model_cfg: { ...CONFIG.model_cfg, multimodal_cfg: {} } }, 'model_cfg, key multimodal_cfg'],
    ['a scale that is none', { ...CONFIG, preprocess_cfg: { mean: [1], std: [1] } }, 'preprocess_cfg'],
    ['no model', {}, 'model_cfg'],
  ])('with %s is refused, and the key is told', async (_, config, where) => {
    await expect(loadClipModel(await openClip(config))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      where: expect.stringContaining(where),
    });
  });

  it('without a tokenizer, or with a pickle alone, says what to do', async () => {
    const path = await openClip();
    await rename(join(path, 'open_clip_model.safetensors'), join(path, 'open_clip_pytorch_model.bin'));
    await expect(loadClipModel(path)).rejects.toMatchObject({
      code: 'CHECKPOINT_PICKLED',
      advice: expect.stringContaining('python3 -c'),
    });
    await rm(join(path, 'tokenizer.json'));
    await expect(loadClipModel(path)).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
      advice: expect.stringContaining('vocabulary of OpenAI'),
    });
  });
});
