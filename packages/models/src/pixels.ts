import { type Field, passing } from '@tgm/options';

/** How pixels 0-255 become the numbers of a model: (pixel / 255 - mean) / std, per channel RGB. */
export interface PixelScale {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** A scale of pixels as an option. */
export const pixelScale = (): Field<PixelScale> =>
  passing('a scale of pixels, { mean, std } of three numbers each, std above 0', isPixelScale);

/** The scale alone, of an object that may hold more. */
export const scaleOf = ({ mean, std }: PixelScale): PixelScale => ({ mean, std });

export function isPixelScale(value: unknown): value is PixelScale {
  const { mean, std } = (value ?? {}) as Partial<Record<'mean' | 'std', unknown>>;
  const three = (list: unknown, allows: (entry: number) => boolean) =>
    Array.isArray(list) &&
    list.length === 3 &&
    list.every((entry: unknown) => Number.isFinite(entry) && allows(entry as number));
  return three(mean, () => true) && three(std, (entry) => entry > 0);
}

/** Pixels in [0, 1]: the scale of reconstruction targets. */
export const UNIT_PIXELS: PixelScale = { mean: [0, 0, 0], std: [1, 1, 1] };

/** Pixels in [-1, 1]: Hugging Face's `IMAGENET_STANDARD`, the default of its Video MAE image processor. */
export const SYMMETRIC_PIXELS: PixelScale = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

/** What the published Video MAEs read (ImageNet's statistics; VideoMAE, arXiv 2203.12602, and its preprocessor_config.json). */
export const IMAGENET_PIXELS: PixelScale = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** What CLIP reads (openai/CLIP, clip/clip.py, `_transform`). */
export const CLIP_MODEL_PIXELS: PixelScale = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};
