import type { OnnxArray, OnnxFile, OnnxValue } from '@tgm/tfjs-backend-onnx';
import type { TextTokenizer } from '../checkpoint/text-tokenizer.js';
import { ModelError } from '../errors.js';
import { shapeText, unfit } from './fault.js';
import { floatsOf, outputOf } from './outputs.js';

/** Texts of one run, where the file leaves their number open. */
const TEXTS_A_RUN = 16;

/** What a text model's input of this name holds in the row of a text. */
const ROWS: Readonly<Record<string, (ids: readonly number[], length: number, padId: number) => number[]>> = {
  input_ids: (ids, length, padId) => [...ids, ...new Array<number>(length - ids.length).fill(padId)],
  attention_mask: (ids, length) => Array.from({ length }, (_, at) => (at < ids.length ? 1 : 0)),
  token_type_ids: (_, length) => new Array<number>(length).fill(0),
  position_ids: (_, length) => Array.from({ length }, (__, at) => at),
};
/** The same of one number a text, as `exportClipModelText` writes: the place of the last token. */
const END = 'end_positions';

/** The text side of a teacher. */
export interface TextPart {
  /** Texts that `embed` takes at once. */
  readonly most: number;
  /** What output is read. */
  readonly output: string;
  /** The most tokens of a text. */
  readonly length: number;
  /** [count, D] as the file gives them. */
  embed(texts: readonly string[]): Promise<{ values: Float32Array; width: number }>;
}

export interface TextPartOptions {
  readonly path: string;
  readonly file: OnnxFile;
  readonly tokenizer: TextTokenizer;
  readonly output: string | undefined;
  readonly textLength: number | undefined;
}

/** @throws ModelError with `ONNX_FILE_UNFIT` or `OPTION_INVALID` */
export function textPart({ path, file, tokenizer, ...options }: TextPartOptions): TextPart {
  for (const { name } of file.inputs) {
    if (name !== END && !Object.hasOwn(ROWS, name))
      throw unfit(path, `inputs among ${[...Object.keys(ROWS), END].join(', ')}`, name);
  }
  const ids = file.inputs.find(({ name }) => name === 'input_ids');
  if (ids?.shape.length !== 2)
    throw unfit(path, 'an input input_ids [texts, tokens]', ids ? shapeText(ids.shape) : 'none');
  const [batch, fixedLength] = ids.shape.map((size) =>
    typeof size === 'number' && size > 0 ? size : undefined,
  );
  const length = lengthOf(path, fixedLength, options.textLength, tokenizer);
  const output = outputOf(path, file, 'text', options.output);
  return {
    most: batch ?? TEXTS_A_RUN,
    output,
    length,
    async embed(texts) {
      const rows = texts.map((text) => tokenizer.encode(text, length));
      while (batch && rows.length < batch) rows.push(rows[0]!);
      const columns = fixedLength ?? Math.max(...rows.map((row) => row.length), 1);
      const inputs = file.inputs.map((input) => [input.name, filled(input, rows, columns, tokenizer.padId)]);
      const results = await file.run(Object.fromEntries(inputs), [output]);
      const { shape, data } = floatsOf(path, output, results[output]!);
      const [count, width = 0] = shape;
      if (shape.length !== 2 || count !== rows.length || width < 1) {
        throw unfit(
          `${path}, output ${output}`,
          `[${rows.length}, D], a vector of each text`,
          shapeText(shape),
        );
      }
      return { values: data.slice(0, texts.length * width), width };
    },
  };
}

function filled(
  { name, type }: OnnxValue,
  rows: readonly (readonly number[])[],
  columns: number,
  padId: number,
): OnnxArray {
  const numbers =
    name === END
      ? rows.map((row) => row.length - 1)
      : rows.flatMap((row) => ROWS[name]!(row, columns, padId));
  const data = type === 'int32' ? Int32Array.from(numbers) : BigInt64Array.from(numbers, BigInt);
  return { shape: name === END ? [rows.length] : [rows.length, columns], data };
}

function lengthOf(
  path: string,
  fixed: number | undefined,
  asked: number | undefined,
  { modelLength, specials }: TextTokenizer,
): number {
  const length =
    asked ?? Math.min(fixed ?? Number.POSITIVE_INFINITY, modelLength ?? Number.POSITIVE_INFINITY);
  const refuse = (expected: string): never => {
    throw new ModelError('OPTION_INVALID', {
      where: 'onnxPatchTextEncoder, option textLength',
      expected,
      received: Number.isFinite(length) ? String(length) : 'none',
    });
  };
  if (length <= specials)
    refuse(`at least ${specials + 1}: a token of words beside ${specials} of the tokenizer's own`);
  if (length > (fixed ?? length)) refuse(`at most ${fixed}, the tokens of a text of ${path}`);
  if (!Number.isFinite(length))
    refuse('the most tokens of a text, which neither the file nor tokenizer_config.json tells');
  return length;
}
