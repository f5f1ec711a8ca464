import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipModel } from '../clip-model/clip-model.js';
import { CLIP_MODEL_PIXELS, SYMMETRIC_PIXELS } from '../pixels.js';
import { readSafetensors } from '../safetensors/read.js';
import { writeSafetensors } from '../safetensors/write.js';
import type { Tensors } from '../testing/counted-tensors.js';
import { numbers } from '../testing/counted-tensors.js';
import { tinyClipModel } from '../testing/tiny-clip-model.js';
import { lettersTokenizer } from '../testing/tokenizer-json.js';
import { loadClipModel, saveClipModel } from './clip-model-checkpoint.js';

let folder: string;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'clip-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function json(...path: string[]): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, ...path), 'utf8'));
}

describe('saveClipModel and loadClipModel', () => {
  it('give back the model, its parameters and its tokenizer', async () => {
    const model = clipModel(tinyClipModel);
    const params = model.init(seededRandom('clip'));
    const tokenizer = lettersTokenizer(8);
    await saveClipModel(join(folder, 'clip'), { model, params, tokenizer });
    const loaded = await loadClipModel(join(folder, 'clip'));
    expect(loaded.model.config).toEqual(tinyClipModel);
    expect(await numbers(loaded.params)).toEqual(await numbers(params));
    expect(loaded.tokenizer.encode('abc d')).toEqual(tokenizer.encode('abc d'));
    expect(await json('clip', 'config.json')).toMatchObject({
      architectures: ['CLIPModel'],
      model_type: 'clip',
      projection_dim: 6,
      text_config: { hidden_act: 'gelu', eos_token_id: tokenizer.endId, max_position_embeddings: 8 },
      vision_config: { hidden_act: 'quick_gelu', patch_size: 2, num_channels: 3 },
    });
    expect(await json('clip', 'preprocessor_config.json')).toMatchObject({
      image_processor_type: 'CLIPImageProcessor',
      size: { shortest_edge: 4 },
      image_mean: [0.48145466, 0.4578275, 0.40821073],
    });
  });

  /** The saved folder with other fields in its config.json, and other files. */
  async function changed(
    change: Record<string, unknown>,
    files: Record<string, object> = {},
  ): Promise<string> {
    const path = await mkdtemp(join(folder, 'changed-'));
    await cp(join(folder, 'clip'), path, { recursive: true });
    const config = JSON.stringify({ ...(await json('clip', 'config.json')), ...change });
    await writeFile(join(path, 'config.json'), config);
    for (const [name, content] of Object.entries(files))
      await writeFile(join(path, name), JSON.stringify(content));
    return path;
  }

  it('keep a scale of pixels, and honour that of a file', async () => {
    const model = clipModel(tinyClipModel, { pixels: SYMMETRIC_PIXELS });
    const params = model.init(seededRandom('scale'));
    await saveClipModel(join(folder, 'symmetric'), { model, params, tokenizer: lettersTokenizer(8) });
    expect((await loadClipModel(join(folder, 'symmetric'))).model.pixels).toEqual(SYMMETRIC_PIXELS);
    const unscaled = { image_processor_type: 'CLIPImageProcessor', do_normalize: false };
    const path = await changed({}, { 'preprocessor_config.json': unscaled });
    expect((await loadClipModel(path)).model.pixels).toEqual({ mean: [0, 0, 0], std: [1, 1, 1] });
    await rm(join(path, 'preprocessor_config.json'));
    expect((await loadClipModel(path)).model.pixels).toEqual(CLIP_MODEL_PIXELS);
  });

  it('take older towers under text_config_dict and vision_config_dict whole, as Python does', async () => {
    const { text_config, vision_config } = await json('clip', 'config.json');
    const other = { hidden_size: 999, vocab_size: 3, image_size: 64 };
    const path = await changed({
      text_config: other,
      vision_config: other,
      text_config_dict: text_config,
      vision_config_dict: vision_config,
    });
    expect((await loadClipModel(path)).model.config).toEqual(tinyClipModel);
    await expect(loadClipModel(await changed({ text_config_dict: 'x' }))).rejects.toThrow(
      'key text_config_dict: expected an object, got "x".',
    );
  });

  it.each([
    [{ model_type: 'clip_text_model' }, 'key model_type: expected "clip", got "clip_text_model"'],
    [{ vision_config: { num_channels: 1 } }, 'vision_config, key num_channels: expected 3, got 1'],
    [{ text_config: { hidden_act: 'relu' } }, 'text_config, key hidden_act: expected "quick_gelu" or "gelu"'],
    [{ vision_config: { image_size: [4, 6] } }, 'vision_config, key image_size: expected one length'],
    [{ text_config: { hidden_size: 9 } }, 'key hidden_size: expected a multiple of num_attention_heads'],
    [{ text_config: { eos_token_id: 7 } }, 'key eos_token_id: expected 11, the id of the end token'],
  ])('refuse a config.json with %j by its key', async (change, message) => {
    const before = await json('clip', 'config.json');
    const merged = Object.fromEntries(
      Object.entries(change).map(([key, value]) => [
        key,
        typeof value === 'object' ? { ...(before[key] as object), ...value } : value,
      ]),
    );
    const path = await changed(merged);
    await expect(loadClipModel(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(loadClipModel(path)).rejects.toThrow(message);
  });

  it('read texts at their largest id where an old checkpoint says so', async () => {
    const { text_config } = await json('clip', 'config.json');
    const path = await changed({ text_config: { ...(text_config as object), eos_token_id: 2 } });
    const old = await loadClipModel(path);
    expect(old.tokenizer.eosTokenId).toBe(2);
    await saveClipModel(join(folder, 'old again'), old);
    expect((await loadClipModel(join(folder, 'old again'))).model.config.textConfig.eosTokenId).toBe(2);
  });

  it('name the tower that a folder holds alone', async () => {
    const path = await changed({});
    const { tensors } = await readSafetensors(join(path, 'model.safetensors'));
    const text = Object.entries(tensors).filter(([name]) => name.startsWith('text_'));
    await writeSafetensors(join(path, 'model.safetensors'), Object.fromEntries(text) as Tensors, {});
    await expect(loadClipModel(path)).rejects.toThrow(
      'The folder holds the text tower alone; loadClipModel opens',
    );
  });

  it('need the tokenizer', async () => {
    await rm(join(folder, 'clip', 'tokenizer.json'));
    await expect(loadClipModel(join(folder, 'clip'))).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
      where: join(folder, 'clip', 'tokenizer.json'),
    });
  });
});
