import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clip } from '../clip/clip.js';
import { numbers } from '../testing/counted-tensors.js';
import { tinyClip } from '../testing/tiny-clip.js';
import { lettersTokenizer } from '../testing/tokenizer-json.js';
import { loadClip, saveClip } from './clip-checkpoint.js';

let folder: string;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'clip-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function json(...path: string[]): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, ...path), 'utf8'));
}

describe('saveClip and loadClip', () => {
  it('give back the model, its parameters and its tokenizer', async () => {
    const model = clip(tinyClip);
    const params = model.init(seededRandom('clip'));
    const tokenizer = lettersTokenizer(8);
    await saveClip(join(folder, 'clip'), { clip: model, params, tokenizer });
    const loaded = await loadClip(join(folder, 'clip'));
    expect(loaded.clip.config).toEqual(tinyClip);
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

  it('need the tokenizer', async () => {
    await rm(join(folder, 'clip', 'tokenizer.json'));
    await expect(loadClip(join(folder, 'clip'))).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
      path: join(folder, 'clip', 'tokenizer.json'),
    });
  });
});
