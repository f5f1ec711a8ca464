import type { AttentionEncoder, ClipFrames, PatchTextEncoder } from '@tgm/masking';
import {
  type Description,
  describer,
  flag,
  nested,
  optional,
  optionTable,
  recorded,
  text,
  unrecorded,
  wholeNumber,
} from '@tgm/options';
import { type OnnxFile, openOnnx } from '@tgm/tfjs-backend-onnx';
import { readTokenizer } from '../checkpoint/text-tokenizer.js';
import { ModelError } from '../errors.js';
import { framesOf } from '../frames-of.js';
import { type PixelScale, pixelScale } from '../pixels.js';
import { normaliseRows } from '../text-encoder/normalise-rows.js';
import { rememberedTexts } from '../text-encoder/remembered-texts.js';
import { unfit } from './fault.js';
import { imagePart } from './image-part.js';
import { imageSizeOf, pixelsOf } from './image-settings.js';
import type { PatchGrid } from './patch-layout.js';
import { textPart } from './text-part.js';

export interface OnnxPatchTextEncoderOptions {
  /**
   * An .onnx file with one input [images, 3, S, S]. It gives features of patches in the space of the texts, as tokens
   * [images, N, D], a class token before them or not, or as maps [images, D, rows, columns]; and attention, if it likes.
   */
  readonly image: string;
  /** An .onnx file that takes `input_ids` [texts, tokens], with `attention_mask` and such if it likes, and gives [texts, D]. */
  readonly text: string;
  /** Has tokenizer.json and tokenizer_config.json; preprocessor_config.json is read for what the options leave out. */
  readonly folder: string;
  /** S. Default: that of the file's input, else of preprocessor_config.json. */
  readonly imageSize?: number;
  /** Default: that of preprocessor_config.json. */
  readonly pixels?: PixelScale;
  /** Rows and columns of the patches. Default: those of the maps, or of a square of tokens. */
  readonly grid?: PatchGrid;
  /** Tokens before those of the patches, such as a class token and registers. Default: what the grid leaves, 0 or 1 without one. */
  readonly leadingTokens?: number;
  /** The most tokens of a text. Default: that of the file's input, or `model_max_length`. */
  readonly textLength?: number;
  /**
   * Names of what is read. Default: `patch_embeds` or `last_hidden_state`, `attention`, and `text_embeds`, `sentence_embedding` or
   * `pooler_output`; else the only output of a file.
   */
  readonly outputs?: { readonly patches?: string; readonly attention?: string; readonly text?: string };
  /** Whether vectors are divided by their L2 norm here. Default true; false where the files have done it. */
  readonly normalise?: boolean;
  /** As of `openOnnx`. */
  readonly threads?: number;
}

/** A teacher for text-guided masks, and for attention-guided ones where its file tells the attention. */
export interface OnnxPatchTextEncoder extends PatchTextEncoder, AttentionEncoder {
  describe(): Description;
  /** Frees both models. */
  dispose(): Promise<void>;
}

const size = wholeNumber({ from: 1 });
const table = optionTable(
  'onnxPatchTextEncoder',
  {
    image: unrecorded(text()),
    text: unrecorded(text()),
    folder: unrecorded(text()),
    imageSize: optional(size),
    pixels: optional(pixelScale()),
    grid: optional(nested({ rows: size, columns: size })),
    leadingTokens: optional(wholeNumber({ from: 0 })),
    textLength: optional(size),
    outputs: optional(
      nested({ patches: optional(text()), attention: optional(text()), text: optional(text()) }),
    ),
    normalise: optional(flag(), true),
    threads: unrecorded(optional(size)),
  } satisfies Record<keyof OnnxPatchTextEncoderOptions, unknown>,
  ModelError,
);

/** Embedded when the encoder is made, so that files which do not fit are refused there. */
const PROBE = 'a video';
/** How far from 1 a norm may be that the files have made. */
const NORM_ERROR = 1e-2;

/**
 * A text-image model of somebody else's, as two ONNX files: ALIGN, Florence, SigLIP or any other whose patches and texts share a
 * space. Frames must have the size of its images; a text that comes again is not computed again.
 *
 * The description tells what was read off the files, too, but not the weights: `textCues` of `@tgm/train` adds some of their numbers.
 *
 * @throws ModelError with `OPTION_INVALID`; `ONNX_FILE_UNFIT` where inputs or outputs are not those of its part, or do not fit each
 *   other; `CONFIG_INVALID`, `CHECKPOINT_NOT_FOUND` and `FILE_FAILED` of the folder; what `openOnnx` throws.
 */
export async function onnxPatchTextEncoder(
  options: OnnxPatchTextEncoderOptions,
): Promise<OnnxPatchTextEncoder> {
  const checked = table.check(options);
  const { threads } = checked;
  const opened: OnnxFile[] = [];
  const open = async (path: string) => {
    const file = await openOnnx(path, { threads });
    opened.push(file);
    return file;
  };
  const dispose = async () => {
    await Promise.all(opened.splice(0).map((file) => file.close()));
  };
  try {
    return await put(checked, await open(checked.image), await open(checked.text), dispose);
  } catch (error) {
    await dispose();
    throw error;
  }
}

type Checked = ReturnType<typeof table.check>;

async function put(
  checked: Checked,
  imageFile: OnnxFile,
  textFile: OnnxFile,
  dispose: () => Promise<void>,
): Promise<OnnxPatchTextEncoder> {
  const { folder, normalise } = checked;
  const outputs: NonNullable<OnnxPatchTextEncoderOptions['outputs']> = checked.outputs ?? {};
  const imageSize = checked.imageSize ?? (await imageSizeOf(folder, imageFile));
  const pixels = checked.pixels ?? (await pixelsOf(folder, imageSize));
  const text = textPart({
    path: checked.text,
    file: textFile,
    tokenizer: await readTokenizer(folder),
    output: outputs.text,
    textLength: checked.textLength,
  });
  const image = await imagePart({
    path: checked.image,
    file: imageFile,
    imageSize,
    pixels,
    grid: checked.grid,
    leadingTokens: checked.leadingTokens,
    outputs,
  });
  const { width } = await text.embed([PROBE]);
  if (width !== image.width)
    throw unfit(
      `${checked.text}, output ${text.output}`,
      `${image.width} numbers, as the patches`,
      `${width}`,
    );
  const { rows, columns, leading } = image.layout;
  const told = {
    imageSize,
    pixels,
    grid: { rows, columns },
    leadingTokens: leading,
    textLength: text.length,
    outputs: { ...image.outputs, text: text.output },
  };

  /** Rows with the L2 norm 1. */
  const unit = (where: string, values: Float32Array): Float32Array => {
    if (normalise) return normaliseRows(values, width);
    for (let start = 0; start < values.length; start += width) {
      const norm = Math.hypot(...values.subarray(start, start + width));
      if (Math.abs(norm - 1) > NORM_ERROR)
        throw unfit(where, 'vectors of norm 1, under normalise: false', `${norm}`);
    }
    return values;
  };
  const inFrames = (where: string, clip: ClipFrames) => framesOf(where, clip, imageSize);

  return {
    encodeText: rememberedTexts(width, text.most, async (texts) =>
      unit(`${checked.text}, output ${text.output}`, (await text.embed(texts)).values),
    ),
    async encodePatches(clip) {
      const { frames, count } = inFrames('encodePatches', clip);
      const values = unit(
        `${checked.image}, output ${image.outputs.patches}`,
        await image.patches(frames, count),
      );
      return { values, frameCount: count, rows, columns, width };
    },
    async encodeAttention(clip) {
      const { frames, count } = inFrames('encodeAttention', clip);
      if (image.attention)
        return { values: await image.attention(frames, count), frameCount: count, rows, columns };
      throw new ModelError('OPTION_INVALID', {
        where: 'onnxPatchTextEncoder, option outputs.attention',
        expected: `an output of ${checked.image} with shares of attention`,
        received: 'none',
      });
    },
    describe: describer('onnxPatchTextEncoder', recorded(table, { ...checked, ...told })),
    dispose,
  };
}
