import { join } from 'node:path';
import type { OnnxFile } from '@tgm/tfjs-backend-onnx';
import { readJsonIfThere } from '../checkpoint/json-file.js';
import { readPixels } from '../checkpoint/preprocessor.js';
import { ModelError } from '../errors.js';
import { isRecord } from '../option-fields.js';
import { CLIP_MODEL_PIXELS, type PixelScale } from '../pixels.js';

/**
 * The side of a model's images: that of its input, else what preprocessor_config.json crops or resizes to.
 * @throws ModelError with `OPTION_INVALID` where neither tells
 */
export async function imageSizeOf(folder: string, { inputs }: OnnxFile): Promise<number> {
  const side = inputs[0]?.shape[2];
  if (typeof side === 'number' && side > 0) return side;
  const json = await readJsonIfThere(join(folder, 'preprocessor_config.json'));
  const { crop_size: crop, size } = (json ?? {}) as Readonly<Record<string, unknown>>;
  const said = [crop, size].flatMap(sidesOf).find(isSide);
  if (said !== undefined) return said;
  throw missing('imageSize', 'the side of its images in pixels, which neither the file nor', folder);
}

/** @throws ModelError with `CONFIG_INVALID` for steps that are not done here, `OPTION_INVALID` where no file tells the scale */
export async function pixelsOf(folder: string, imageSize: number): Promise<PixelScale> {
  const none: PixelScale = { ...CLIP_MODEL_PIXELS };
  const found = await readPixels(folder, imageSize, { noFile: none, silentFile: CLIP_MODEL_PIXELS });
  if (found !== none) return found;
  throw missing('pixels', 'a scale of pixels, { mean, std }, since no', folder);
}

const sidesOf = (value: unknown): unknown[] =>
  isRecord(value) ? [value.height, value.shortest_edge] : [value];

const isSide = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;

function missing(option: string, expected: string, folder: string): ModelError {
  return new ModelError('OPTION_INVALID', {
    where: `onnxPatchTextEncoder, option ${option}`,
    expected: `${expected} ${join(folder, 'preprocessor_config.json')} tells it`,
    received: 'none',
  });
}
