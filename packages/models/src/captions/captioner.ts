import { flag, oneOf, optional, optionTable, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { hubNotReached } from '../hub-not-reached.js';
import { inputShape } from '../input-shape.js';
import { optionalPackage } from '../optional-package.js';

/** One picture to describe. */
export interface CaptionFrame {
  /** [H, W, 3] RGB, 0-255. */
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** Where a picture is from. */
export interface CaptionPlace {
  /** The video's. */
  readonly id: string;
  /** Its number in the video. */
  readonly frame: number;
}

/** Says in a sentence what a picture shows. */
export interface Captioner {
  /** Both are kept beside each caption. */
  readonly model: string;
  readonly revision: string;
  /**
   * @param of told by `captionVideos`, for captioners that know more of a video than its pictures.
   * @throws ModelError with `INPUT_SHAPE`, `CAPTIONER_FAILED` or `COMMAND_FAILED`
   */
  caption(frame: CaptionFrame, of?: CaptionPlace): Promise<string>;
  dispose(): Promise<void>;
}

export interface CaptionerOptions {
  /** A model of the Hub for the task image-to-text of Transformers.js, or a folder with its files. Default `CAPTION_MODEL`. */
  readonly model?: string;
  /** The model's commit; of a folder, a name of your own. */
  readonly revision: string;
  /** How the weights are stored: `q8` (default) is a quarter of `fp32`, with nearly the same captions. */
  readonly dtype?: 'fp32' | 'fp16' | 'q8';
  /** Where fetched files are kept. Default Transformers.js's own folder. */
  readonly cacheDir?: string;
  /** Uses what was fetched before, and no network. Default false. */
  readonly offline?: boolean;
}

/**
 * The one captioner that Transformers.js's image-to-text pipeline documents: a ViT and GPT-2 trained on COCO's captions,
 * Apache-2.0, 250 MB at 8 bits, no prompt to choose. The paper's BLIP-2 has no ONNX form there: `commandCaptioner` takes it.
 */
export const CAPTION_MODEL = 'Xenova/vit-gpt2-image-captioning';

/** COCO's captions have ten words or so; a model that does not stop is stopped. */
const MOST_TOKENS = 40;

/** The options of `captioner`, for programs that ask a person for them. */
export const captionerOptions = optionTable(
  'captioner',
  {
    model: optional(text(), CAPTION_MODEL),
    revision: text(),
    dtype: optional(oneOf(['fp32', 'fp16', 'q8']), 'q8'),
    cacheDir: optional(text()),
    offline: optional(flag(), false),
  } satisfies Record<keyof CaptionerOptions, unknown>,
  ModelError,
);

/**
 * A captioner of the package `@huggingface/transformers`, which downloads the model when it is not there.
 * @throws ModelError with `OPTION_INVALID`, `PACKAGE_MISSING`, `HUB_FAILED` when the Hub is not reached, or `CAPTIONER_FAILED` when the model
 *   cannot be opened.
 */
export async function captioner(options: CaptionerOptions): Promise<Captioner> {
  const { model, revision, dtype, cacheDir, offline } = captionerOptions.check(options);
  const { pipeline, RawImage } = await optionalPackage(
    '@huggingface/transformers',
    () => import('@huggingface/transformers'),
  );
  const describe = await pipeline('image-to-text', model, {
    revision,
    dtype,
    local_files_only: offline,
    ...(cacheDir ? { cache_dir: cacheDir } : {}),
  }).catch((cause: unknown) => {
    throw hubNotReached(model, revision, cause) ?? failed(model, revision, cause);
  });
  return {
    model,
    revision,
    async caption(picture) {
      requirePicture(picture);
      const { pixels, height, width } = picture;
      try {
        const image = new RawImage(pixels, width, height, 3);
        const [first] = await describe(image, { max_new_tokens: MOST_TOKENS });
        return first!.generated_text.trim();
      } catch (cause) {
        throw failed(model, revision, cause);
      }
    },
    async dispose() {
      await describe.dispose();
    },
  };
}

/** @throws ModelError with `INPUT_SHAPE` */
export function requirePicture({ pixels, height, width }: CaptionFrame): void {
  if (pixels.length === height * width * 3) return;
  throw inputShape('caption', 'pixels', `${height} x ${width} x 3 bytes`, `${pixels.length} bytes`);
}

function failed(model: string, revision: string, cause: unknown): ModelError {
  return new ModelError('CAPTIONER_FAILED', {
    where: `${model} at ${revision}`,
    expected: 'a caption',
    received: String(cause),
    cause,
  });
}
