import { join } from 'node:path';
import { readFields } from '../config-fields.js';
import { CheckpointNotFoundError } from '../errors.js';
import { IMAGENET_PIXELS, type PixelScale } from '../pixels.js';
import { readJson, writeJson } from './json-file.js';

const PREPROCESSOR = 'preprocessor_config.json';

/** Writes preprocessor_config.json as Hugging Face's `VideoMAEImageProcessor` reads it. */
export async function writePixels(folder: string, imageSize: number, pixels: PixelScale): Promise<void> {
  await writeJson(join(folder, PREPROCESSOR), {
    image_processor_type: 'VideoMAEImageProcessor',
    size: { shortest_edge: imageSize },
    crop_size: { height: imageSize, width: imageSize },
    image_mean: pixels.mean,
    image_std: pixels.std,
  });
}

/** The scale of pixels that a folder's preprocessor_config.json states; without one it is `IMAGENET_PIXELS`. */
export async function readPixels(folder: string): Promise<PixelScale> {
  const path = join(folder, PREPROCESSOR);
  const given = await readJson(path).catch((error: unknown) => {
    if (error instanceof CheckpointNotFoundError) return {};
    throw error;
  });
  const fields = readFields(
    { image_mean: IMAGENET_PIXELS.mean, image_std: IMAGENET_PIXELS.std, ...given },
    path,
  );
  return { mean: fields.channels('image_mean'), std: fields.channels('image_std', 'above 0') };
}
