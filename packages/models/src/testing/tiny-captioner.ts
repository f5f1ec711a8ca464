import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tinyOnnx } from './tiny-onnx.js';

const WORDS = ['<end>', '<start>', 'a', 'bright', 'dark', 'scene'];
const [END, START] = [0, 1];

/**
 * Writes the folder of a model that Transformers.js opens as it does a ViT with GPT-2: it says "a bright scene" of pictures
 * above the middle grey, and "a dark scene" of others. The next word depends on the last one; a picture's mean, from -1 to
 * 1, decides between the two adjectives.
 */
export async function writeTinyCaptioner(folder: string): Promise<void> {
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const next = [
    ['<start>', 'a'],
    ['a', 'bright'],
    ['a', 'dark'],
    ['bright', 'scene'],
    ['dark', 'scene'],
    ['scene', '<end>'],
  ].map((pair) => pair.map((word) => WORDS.indexOf(word)) as [number, number]);
  const table = new Float32Array(WORDS.length ** 2).fill(-100);
  for (const [from, to] of next) table[from * WORDS.length + to] = 0;
  const adjectives = Float32Array.from(WORDS, (word) => ({ bright: 1, dark: -1 })[word] ?? 0);

  const hidden = { name: 'last_hidden_state', type: 'float32', shape: ['batch', 1, 1] } as const;
  const encoder = tinyOnnx(
    [{ name: 'pixel_values', type: 'float32', shape: ['batch', 3, 'height', 'width'] }],
    [hidden],
    [{ name: 'shape', shape: [3], data: BigInt64Array.of(-1n, 1n, 1n) }],
    [
      {
        operator: 'ReduceMean',
        inputs: ['pixel_values'],
        output: 'mean',
        attributes: { axes: [1, 2, 3], keepdims: 1 },
      },
      { operator: 'Reshape', inputs: ['mean', 'shape'], output: 'last_hidden_state' },
    ],
  );
  const decoder = tinyOnnx(
    [
      { name: 'input_ids', type: 'int64', shape: ['batch', 'length'] },
      { ...hidden, name: 'encoder_hidden_states' },
    ],
    [{ name: 'logits', type: 'float32', shape: ['batch', 'length', WORDS.length] }],
    [
      { name: 'table', shape: [WORDS.length, WORDS.length], data: table },
      { name: 'adjectives', shape: [WORDS.length], data: adjectives },
    ],
    [
      { operator: 'Gather', inputs: ['table', 'input_ids'], output: 'next' },
      { operator: 'Mul', inputs: ['encoder_hidden_states', 'adjectives'], output: 'seen' },
      { operator: 'Add', inputs: ['next', 'seen'], output: 'logits' },
    ],
  );
  await writeFile(join(folder, 'onnx', 'encoder_model.onnx'), encoder);
  await writeFile(join(folder, 'onnx', 'decoder_model_merged.onnx'), decoder);

  const generation = {
    decoder_start_token_id: START,
    bos_token_id: START,
    eos_token_id: END,
    pad_token_id: END,
  };
  const special = (id: number) => ({
    id,
    content: WORDS[id],
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const files: Record<string, object> = {
    'config.json': {
      model_type: 'vision-encoder-decoder',
      architectures: ['VisionEncoderDecoderModel'],
      is_encoder_decoder: true,
      ...generation,
      encoder: { model_type: 'vit' },
      decoder: { model_type: 'gpt2', n_layer: 1, n_head: 1, n_embd: 1, vocab_size: WORDS.length },
    },
    'generation_config.json': generation,
    'preprocessor_config.json': {
      image_processor_type: 'ViTImageProcessor',
      do_resize: true,
      size: { height: 4, width: 4 },
      resample: 2,
      do_rescale: true,
      rescale_factor: 1 / 255,
      do_normalize: true,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    },
    'tokenizer_config.json': {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: WORDS[START],
      eos_token: WORDS[END],
      pad_token: WORDS[END],
    },
    'tokenizer.json': {
      version: '1.0',
      added_tokens: [special(END), special(START)],
      normalizer: null,
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: null,
      decoder: null,
      model: {
        type: 'WordLevel',
        unk_token: WORDS[END],
        vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])),
      },
    },
  };
  for (const [name, json] of Object.entries(files)) {
    await writeFile(join(folder, name), JSON.stringify(json));
  }
}
