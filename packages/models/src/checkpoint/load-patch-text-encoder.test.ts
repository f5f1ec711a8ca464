import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipModel } from '../clip-model/clip-model.js';
import { clipModelPatchTextEncoder } from '../clip-model/patch-text-encoder.js';
import { initParams } from '../params.js';
import { SYMMETRIC_PIXELS, UNIT_PIXELS } from '../pixels.js';
import { siglipParameters } from '../siglip-model/parameters.js';
import { canonicalText } from '../siglip-model/tokenizer.js';
import { tinyClipModel } from '../testing/tiny-clip-model.js';
import { tinyBertTokenizer } from '../testing/tiny-text-tokenizers.js';
import { lettersTokenizer } from '../testing/tokenizer-json.js';
import { loadClipModel, saveClipModel } from './clip-model-checkpoint.js';
import { loadPatchTextEncoder } from './load-patch-text-encoder.js';
import { saveParams } from './params-file.js';

const engine = await cpuEngine();

const PLACES = 8;
const { vocabulary, json, config } = tinyBertTokenizer(['dog', 'runs'], PLACES);
const tower = {
  hiddenSize: 8,
  intermediateSize: 12,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  layerNormEps: 1e-6,
};
const siglip = {
  textConfig: {
    ...tower,
    vocabSize: Object.keys(vocabulary).length,
    maxPositionEmbeddings: PLACES,
    projectionSize: 8,
  },
  visionConfig: { ...tower, imageSize: 9, patchSize: 2 },
};
const keys = (record: object): object =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      typeof value === 'object' && value !== null ? keys(value) : value,
    ]),
  );

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patch-text-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A folder of a tiny SigLIP, its config.json and tokenizer_config.json with other keys. */
async function siglipFolder(
  { text = {}, vision = {}, tokenizer = {} }: { text?: object; vision?: object; tokenizer?: object } = {},
  whole: object = {},
): Promise<string> {
  const path = await mkdtemp(join(folder, 'siglip-'));
  const { text_config, vision_config } = keys(siglip) as { text_config: object; vision_config: object };
  const written = {
    model_type: 'siglip',
    text_config: { ...text_config, ...text },
    vision_config: { ...vision_config, ...vision },
    ...whole,
  };
  await writeFile(join(path, 'config.json'), JSON.stringify(written));
  await writeFile(join(path, 'tokenizer.json'), JSON.stringify(json));
  await writeFile(join(path, 'tokenizer_config.json'), JSON.stringify({ ...config, ...tokenizer }));
  const specs = siglipParameters(siglip);
  const params = initParams(specs, seededRandom('siglip'));
  await saveParams(join(path, 'model.safetensors'), specs, params);
  tf.dispose(params);
  return path;
}

const picture = (height: number, width: number) => ({
  frames: Uint8Array.from({ length: height * width * 3 }, (_, at) => (at * 37) % 256),
  height,
  width,
});

describe('loadPatchTextEncoder', () => {
  it('opens a CLIP as its own encoder', async () => {
    const path = join(folder, 'clip');
    const model = clipModel(tinyClipModel);
    await saveClipModel(path, {
      model,
      params: model.init(seededRandom('clip')),
      tokenizer: lettersTokenizer(8),
    });
    const loaded = await loadPatchTextEncoder(path, { engine, variant: 'raw' });
    const own = clipModelPatchTextEncoder({ ...(await loadClipModel(path)), engine, variant: 'raw' });
    expect(loaded).toMatchObject({ kind: 'CLIP', imageSize: 4, side: 2 });
    expect(loaded.parameters).toBe(
      model.parameters.reduce((sum, { shape }) => sum + shape.reduce((all, size) => all * size, 1), 0),
    );
    expect(loaded.describe()).toMatchObject({ variant: 'raw', encoder: own.describe() });
    expect(await loaded.digest()).toBe(await own.digest());
    expect(await loaded.encodePatches(picture(4, 4))).toEqual(await own.encodePatches(picture(4, 4)));
    loaded.dispose();
  });

  it('opens a SigLIP, whose pictures are whole patches and whose attention sums to 1', async () => {
    const encoder = await loadPatchTextEncoder(await siglipFolder(), { engine });
    expect(encoder).toMatchObject({ kind: 'SigLIP', imageSize: 9, side: 4 });
    expect(encoder.pictureSize({ height: 90, width: 90 })).toMatchObject({ height: 8, width: 8 });
    expect(encoder.pictureSize({ height: 90, width: 180 })).toMatchObject({ rows: 4, columns: 8 });
    const { values, width } = await encoder.encodePatches(picture(8, 16));
    expect([values.length, width]).toEqual([4 * 8 * 8, 8]);
    const attention = await encoder.encodeAttention(picture(8, 8));
    expect(attention.values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    encoder.dispose();
  });

  it('resizes frames that are smaller than its pictures, or no whole patches, near their aspect', async () => {
    const encoder = await loadPatchTextEncoder(await siglipFolder(), { engine });
    const grey = (height: number, width: number) => ({
      frames: new Uint8Array(2 * height * width * 3).fill(77),
      height,
      width,
    });
    // What is grey all over is so in any size.
    const own = await encoder.encodePatches(grey(8, 16));
    expect(await encoder.encodePatches(grey(5, 10))).toEqual(own);
    expect(await encoder.encodePatches(grey(4, 8))).toEqual(own);
    const finer = await encoder.encodePatches(grey(12, 12));
    expect(finer).toMatchObject({ frameCount: 2, rows: 6, columns: 6 });
    expect(await encoder.encodePatches(grey(13, 13))).toMatchObject({ rows: 7, columns: 7 });
    expect(await encoder.encodeAttention(grey(3, 3))).toMatchObject({ rows: 4, columns: 4 });
    await expect(encoder.encodePatches({ ...grey(5, 5), height: 4 })).rejects.toMatchObject({
      code: 'INPUT_SHAPE',
    });
    await expect(encoder.encodePatches({ ...grey(5, 5), height: 4.5 })).rejects.toMatchObject({
      code: 'INPUT_SHAPE',
    });
    for (const detail of [0.5, 0, Number.NaN, 9, '2' as unknown as number])
      expect(() => encoder.pictureSize({ height: 90, width: 90 }, detail)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID', where: 'pictureSize, option detail' }),
      );
    expect(encoder.pictureSize({ height: 90, width: 90 }, 1.5)).toMatchObject({ rows: 6, columns: 6 });
    encoder.dispose();
  });

  it('tells scales of pixels, configurations and weights of SigLIPs apart', async () => {
    const path = await siglipFolder();
    const [one, other] = await Promise.all([
      loadPatchTextEncoder(path, { engine }),
      loadPatchTextEncoder(path, { engine, pixels: UNIT_PIXELS }),
    ]);
    expect(one.describe()).toMatchObject({ pixels: SYMMETRIC_PIXELS, visionConfig: { patchSize: 2 } });
    expect(other.describe()).not.toEqual(one.describe());
    expect(await other.digest()).toBe(await one.digest());
    const longer = await siglipFolder({ tokenizer: { padding_side: 'left' } });
    expect(await (await loadPatchTextEncoder(longer, { engine })).digest()).not.toBe(await one.digest());
  });

  it('reads every place of a text, filled up at the side that the tokenizer names', async () => {
    const texts = await Promise.all(
      [{}, { padding_side: 'right' }, { padding_side: 'left' }].map(async (tokenizer) => {
        const encoder = await loadPatchTextEncoder(await siglipFolder({ tokenizer }), { engine });
        return (await encoder.encodeText(['dog'])).values;
      }),
    );
    expect(texts[1]).toEqual(texts[0]);
    expect(texts[2]).not.toEqual(texts[0]);
  });

  it('refuses a text of which the tower has not every token', async () => {
    const path = await siglipFolder();
    const larger = tinyBertTokenizer(['dog', 'runs', 'cat'], PLACES);
    await writeFile(join(path, 'tokenizer.json'), JSON.stringify(larger.json));
    const encoder = await loadPatchTextEncoder(path, { engine });
    await expect(encoder.encodeText(['dog', 'a cat'])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      where: join(path, 'tokenizer.json'),
      expected: "ids below 85, the text tower's vocabulary",
      received: '85, for "a cat"',
    });
    expect(await encoder.encodeText(['dog'])).toMatchObject({ count: 1 });
  });

  it('loses punctuation under SigLIP’s own tokenizer alone', async () => {
    const embeddings = async (tokenizer_class: string) => {
      const path = await siglipFolder({ tokenizer: { tokenizer_class } });
      const encoder = await loadPatchTextEncoder(path, { engine });
      return encoder.encodeText(['Dog, runs!', 'dog runs']);
    };
    const first = (await embeddings('SiglipTokenizer')).values;
    expect(first.slice(0, 8)).toEqual(first.slice(8));
    const second = (await embeddings('GemmaTokenizer')).values;
    expect(second.slice(0, 8)).not.toEqual(second.slice(8));
  });

  it.each<readonly [string, Parameters<typeof siglipFolder>, string]>([
    ['another activation', [{ vision: { hidden_act: 'gelu' } }], 'vision_config, key hidden_act'],
    ['no pooling head', [{ vision: { vision_use_head: false } }], 'vision_config, key vision_use_head'],
    ['another width of texts', [{ text: { projection_size: 4 } }], 'text_config, key projection_size'],
    ['heads that do not divide', [{ text: { num_attention_heads: 3 } }], 'text_config, key hidden_size'],
    ['patches larger than pictures', [{ vision: { patch_size: 10 } }], 'vision_config, key patch_size'],
    ['a tower that is none', [{}, { text_config: 3 }], 'key text_config'],
  ])('refuses a SigLIP with %s', async (_, given, where) => {
    await expect(loadPatchTextEncoder(await siglipFolder(...given), { engine })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      where: expect.stringContaining(where),
    });
  });

  it('refuses other variants of a SigLIP, and models of other kinds', async () => {
    const path = await siglipFolder();
    await expect(loadPatchTextEncoder(path, { engine, variant: 'raw' })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'loadPatchTextEncoder, option variant',
    });
    const other = await siglipFolder({}, { model_type: 'siglip2' });
    await expect(loadPatchTextEncoder(other, { engine })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      where: expect.stringContaining('model_type'),
    });
  });
});

describe('canonicalText', () => {
  it('is lower case, without ASCII’s punctuation, with one space between words', () => {
    expect(canonicalText("  A Dog's\tred-ish [ball]!  «été»\n")).toBe('a dogs redish ball «été»');
  });
});
