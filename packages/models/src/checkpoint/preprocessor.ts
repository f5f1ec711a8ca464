import { join } from 'node:path';
import { showValue } from '@tgm/options';
import { ModelError } from '../errors.js';
import type { PixelScale } from '../pixels.js';
import { readJsonIfThere, writeJson } from './json-file.js';
import { OWN_SCALE, type PreprocessorSection, sameScale, scaleOf } from './pixel-scale-json.js';

const PREPROCESSOR = 'preprocessor_config.json';
const VIDEO_PREPROCESSOR = 'video_preprocessor_config.json';
const PROCESSOR = 'processor_config.json';

/** Writes preprocessor_config.json as Hugging Face's image processor of this name reads it. */
export async function writePixels(
  folder: string,
  processor: 'VideoMAEImageProcessor' | 'CLIPImageProcessor',
  imageSize: number,
  pixels: PixelScale,
): Promise<void> {
  await writeJson(join(folder, PREPROCESSOR), {
    image_processor_type: processor,
    size: { shortest_edge: imageSize },
    crop_size: { height: imageSize, width: imageSize },
    image_mean: pixels.mean,
    image_std: pixels.std,
  });
}

/** How a folder's pixels are scaled where no file says it, and where a file leaves mean and deviation to its class. */
export interface PixelDefaults {
  readonly noFile: PixelScale;
  /** By the class of the model's image processor in Python. */
  readonly silentFile: PixelScale;
}

/**
 * The scale of pixels that a folder states for pictures of `imageSize`, in any of the places where a version of transformers
 * looks for it.
 * @throws ModelError with `CONFIG_INVALID` when a file asks for more than a scale, or two places state two.
 */
export async function readPixels(
  folder: string,
  imageSize: number,
  { noFile, silentFile }: PixelDefaults,
): Promise<PixelScale> {
  const [own, video, processor] = await Promise.all(
    [PREPROCESSOR, VIDEO_PREPROCESSOR, PROCESSOR].map((name) => readSection(join(folder, name))),
  );
  const sections = [own, video, inner(processor, 'image_processor'), inner(processor, 'video_processor')];
  const [first, ...others] = sections
    .filter((section) => section !== undefined)
    .map((section) => ({ where: section.where, scale: scaleOf(section, imageSize, silentFile) }));
  if (!first) return noFile;
  const other = others.find(({ scale }) => !sameScale(scale, first.scale));
  if (!other) return first.scale;
  throw new ModelError('CONFIG_INVALID', {
    where: `${other.where}, keys image_mean, image_std and rescale_factor`,
    expected: `the scale of ${first.where}, since versions of transformers differ in which they read`,
    received: showValue(other.scale),
    advice: OWN_SCALE,
  });
}

async function readSection(where: string): Promise<PreprocessorSection | undefined> {
  const json = await readJsonIfThere(where);
  return json && { where, json: json as PreprocessorSection['json'] };
}

function inner(file: PreprocessorSection | undefined, key: string): PreprocessorSection | undefined {
  const json = file?.json[key];
  if (!file || typeof json !== 'object' || json === null) return undefined;
  return { where: `${file.where}, ${key}`, json: json as PreprocessorSection['json'] };
}
