import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { listOf, oneOf, optionTable, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { tinyOnnx } from './tiny-onnx.js';
import { type TinyTokenizer, tinyBertTokenizer, tinyRobertaTokenizer } from './tiny-text-tokenizers.js';

export interface TinyTextEncoderOptions {
  /** Whose tokenizer, inputs and numbering of places it has. */
  readonly kind: 'bert' | 'roberta';
  /** Words in lower case that are one token each; others are spelt. */
  readonly words: readonly string[];
}

/** The drawn numbers of a tiny text encoder, each [rows, D]. */
export interface TinyTextEncoder {
  /** Token ids. */
  readonly vocabulary: Readonly<Record<string, number>>;
  /** D. */
  readonly width: number;
  readonly words: Float32Array;
  readonly places: Float32Array;
  /** Of the first and second text of a pair; BERT alone has them. */
  readonly types: Float32Array;
}

const WIDTH = 16;
const PLACES = 64;
/** Places that RoBERTa leaves out: its first token has number 2. */
const SKIPPED = 2;
const EPSILON = 1e-12;

const table = optionTable(
  'writeTinyTextEncoder',
  { kind: oneOf(['bert', 'roberta']), words: listOf(text()) } satisfies Record<
    keyof TinyTextEncoderOptions,
    unknown
  >,
  ModelError,
);

/**
 * Writes the folder of a text encoder that Transformers.js opens as it does BERT or RoBERTa: embeddings of tokens, places and types,
 * a LayerNorm, and one block of attention, x + softmax(x xᵀ / √D) x. The numbers are drawn from a fixed seed.
 */
export async function writeTinyTextEncoder(
  folder: string,
  options: TinyTextEncoderOptions,
): Promise<TinyTextEncoder> {
  const { kind, words } = table.check(options);
  const tokenizer = (kind === 'bert' ? tinyBertTokenizer : tinyRobertaTokenizer)(words, PLACES - SKIPPED);
  const size = Object.keys(tokenizer.vocabulary).length;
  const random = seededRandom('tiny text encoder');
  const drawn = (rows: number) => Float32Array.from({ length: rows * WIDTH }, () => random() * 2 - 1);
  const made = {
    vocabulary: tokenizer.vocabulary,
    width: WIDTH,
    words: drawn(size),
    places: drawn(PLACES),
    types: drawn(2),
  };
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, 'onnx', 'model.onnx'), graphOf(kind, made, size));
  const files = {
    'config.json': configOf(kind, size),
    'tokenizer.json': tokenizer.json,
    'tokenizer_config.json': tokenizer.config,
  } satisfies Record<string, TinyTokenizer['json']>;
  for (const [name, json] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(json));
  return made;
}

function configOf(kind: 'bert' | 'roberta', size: number): object {
  return {
    model_type: kind,
    architectures: [kind === 'bert' ? 'BertModel' : 'RobertaModel'],
    hidden_size: WIDTH,
    num_hidden_layers: 1,
    num_attention_heads: 1,
    max_position_embeddings: PLACES,
    vocab_size: size,
    pad_token_id: kind === 'bert' ? 0 : 1,
  };
}

function graphOf(kind: 'bert' | 'roberta', { words, places, types }: TinyTextEncoder, size: number) {
  const ids = (name: string) => ({ name, type: 'int64', shape: ['batch', 'length'] }) as const;
  const scalar = (name: string, value: number) => ({ name, shape: [], data: Float32Array.of(value) });
  const whole = (name: string, value: number, shape: number[] = []) => ({
    name,
    shape,
    data: BigInt64Array.of(BigInt(value)),
  });
  const node = (operator: string, inputs: string[], output: string, attributes = {}) => ({
    operator,
    inputs,
    output,
    attributes,
  });
  const typed = kind === 'bert';
  return tinyOnnx(
    [ids('input_ids'), ids('attention_mask'), ...(typed ? [ids('token_type_ids')] : [])],
    [{ name: 'last_hidden_state', type: 'float32', shape: ['batch', 'length', WIDTH] }],
    [
      { name: 'words', shape: [size, WIDTH], data: words },
      { name: 'places', shape: [PLACES, WIDTH], data: places },
      ...(typed ? [{ name: 'types', shape: [2, WIDTH], data: types }] : []),
      whole('axis', 1),
      whole('first', typed ? -1 : SKIPPED - 1),
      whole('middle', 1, [1]),
      scalar('one', 1),
      scalar('far', 1e4),
      scalar('epsilon', EPSILON),
      scalar('scale', 1 / Math.sqrt(WIDTH)),
    ],
    [
      node('Gather', ['words', 'input_ids'], 'word'),
      // The number of a place counts the tokens that are no filling.
      node('CumSum', ['attention_mask', 'axis'], 'counted'),
      node('Mul', ['counted', 'attention_mask'], 'counts'),
      node('Add', [typed ? 'counted' : 'counts', 'first'], 'numbers'),
      node('Gather', ['places', 'numbers'], 'place'),
      node('Add', ['word', 'place'], typed ? 'placed' : 'embedded'),
      ...(typed
        ? [node('Gather', ['types', 'token_type_ids'], 'type'), node('Add', ['placed', 'type'], 'embedded')]
        : []),
      node('ReduceMean', ['embedded'], 'mean', { axes: [2], keepdims: 1 }),
      node('Sub', ['embedded', 'mean'], 'centred'),
      node('Mul', ['centred', 'centred'], 'squares'),
      node('ReduceMean', ['squares'], 'variance', { axes: [2], keepdims: 1 }),
      node('Add', ['variance', 'epsilon'], 'positive'),
      node('Sqrt', ['positive'], 'deviation'),
      node('Div', ['centred', 'deviation'], 'x'),
      node('Transpose', ['x'], 'turned', { perm: [0, 2, 1] }),
      node('MatMul', ['x', 'turned'], 'products'),
      node('Mul', ['products', 'scale'], 'scores'),
      node('Cast', ['attention_mask'], 'shown', { to: 1 }),
      node('Sub', ['shown', 'one'], 'absent'),
      node('Mul', ['absent', 'far'], 'distant'),
      node('Unsqueeze', ['distant', 'middle'], 'bias'),
      node('Add', ['scores', 'bias'], 'masked'),
      node('Softmax', ['masked'], 'weights'),
      node('MatMul', ['weights', 'x'], 'read'),
      node('Add', ['x', 'read'], 'last_hidden_state'),
    ],
  );
}
