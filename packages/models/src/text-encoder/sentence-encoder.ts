import type { Embeddings } from '@tgm/masking';
import {
  type Description,
  describer,
  flag,
  oneOf,
  optional,
  optionTable,
  recorded,
  text,
  unrecorded,
} from '@tgm/options';
import { ModelError } from '../errors.js';
import { optionalPackage } from '../optional-package.js';
import { normaliseRows } from './normalise-rows.js';
import { rememberedTexts } from './remembered-texts.js';

/** A model that embeds texts, such as BERT. `embedCaptions` of `@tgm/train` takes one, in the place of CLIP's text tower. */
export interface SentenceEncoder {
  /** D. */
  readonly width: number;
  /**
   * A text that comes again is not computed again.
   *
   * @returns [count, D] L2-normalised rows.
   * @throws ModelError with `OPTION_INVALID` or `TEXT_ENCODER_FAILED`
   */
  encodeText(texts: readonly string[]): Promise<Embeddings>;
  describe(): Description;
  dispose(): Promise<void>;
}

export interface SentenceEncoderOptions {
  /** A model of the Hub for the task feature-extraction of Transformers.js, or a folder with its files. */
  readonly model: string;
  /** The model's commit; of a folder, a name of your own. */
  readonly revision: string;
  /**
   * What stands for a text: the `mean` of its tokens (default, as in Sentence-BERT, arXiv 1908.10084), or its first token, `cls`,
   * as BERT and RoBERTa were trained to classify by.
   */
  readonly pooling?: 'mean' | 'cls';
  /** How the weights are stored. Default `fp32`: at 8 bits an embedding also depends on the texts beside it. */
  readonly dtype?: 'fp32' | 'fp16' | 'q8';
  /** Where fetched files are kept. Default Transformers.js's own folder. */
  readonly cacheDir?: string;
  /** Uses what was fetched before, and no network. Default false. */
  readonly offline?: boolean;
}

const table = optionTable(
  'sentenceEncoder',
  {
    model: text(),
    revision: text(),
    pooling: optional(oneOf(['mean', 'cls']), 'mean'),
    dtype: optional(oneOf(['fp32', 'fp16', 'q8']), 'fp32'),
    cacheDir: unrecorded(optional(text())),
    offline: unrecorded(optional(flag(), false)),
  } satisfies Record<keyof SentenceEncoderOptions, unknown>,
  ModelError,
);

/** Texts of one run of the model. */
const TEXTS_A_CALL = 32;

/** Embedded when the encoder is made, so that a model that gives no embeddings is refused there. */
const PROBE = 'a video';

/**
 * A text encoder of the package `@huggingface/transformers`, which downloads the model when it is not there. A text that is longer
 * than the model's places loses its end.
 *
 * @throws ModelError with `OPTION_INVALID`, `PACKAGE_MISSING`, or `TEXT_ENCODER_FAILED` when the model cannot be opened or gives no
 *   tokens.
 */
export async function sentenceEncoder(options: SentenceEncoderOptions): Promise<SentenceEncoder> {
  const checked = table.check(options);
  const { model, revision, pooling, dtype, cacheDir, offline } = checked;
  const where = `${model} at ${revision}`;
  const { pipeline } = await optionalPackage(
    '@huggingface/transformers',
    () => import('@huggingface/transformers'),
  );
  const extract = await pipeline('feature-extraction', model, {
    revision,
    dtype,
    local_files_only: offline,
    ...(cacheDir ? { cache_dir: cacheDir } : {}),
  }).catch((cause: unknown) => {
    throw failed(where, String(cause), cause);
  });

  async function embed(texts: readonly string[]) {
    const { dims, data } = await extract([...texts], { pooling }).catch((cause: unknown) => {
      throw failed(where, String(cause), cause);
    });
    const [count, width = 0] = dims;
    if (dims.length !== 2 || count !== texts.length || width < 1) throw failed(where, `[${dims}] numbers`);
    const values = Float32Array.from(data as Float32Array);
    if (!values.every(Number.isFinite)) throw failed(where, 'numbers that are not finite');
    return { values: normaliseRows(values, width), width };
  }

  const { width } = await embed([PROBE]).catch(async (error: unknown) => {
    await extract.dispose();
    throw error;
  });
  return {
    width,
    encodeText: rememberedTexts(width, TEXTS_A_CALL, async (texts) => (await embed(texts)).values),
    describe: describer('sentenceEncoder', recorded(table, checked)),
    async dispose() {
      await extract.dispose();
    },
  };
}

function failed(where: string, received: string, cause?: unknown): ModelError {
  return new ModelError('TEXT_ENCODER_FAILED', {
    where,
    expected: 'an embedding of each text',
    received,
    cause,
  });
}
