import { flag, number, optional, showValue } from '@tgm/options';
import { jsonSource, snakeFields } from '../config-source.js';
import { ModelError } from '../errors.js';
import { CLIP_MODEL_PIXELS, type PixelScale, SYMMETRIC_PIXELS } from '../pixels.js';

/** What a file, or an object in it, says of an image or video processor of Hugging Face. */
export interface PreprocessorSection {
  readonly where: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export const OWN_SCALE =
  'Give the scale yourself: load with { pixels: { mean, std } }, which reads no preprocessor file.';

const STEPS = {
  doRescale: optional(flag(), true),
  doNormalize: optional(flag(), true),
  doResize: optional(flag(), true),
  doCenterCrop: optional(flag(), true),
};

const FACTOR = { rescaleFactor: optional(number({ above: 0 }), 1 / 255) };

/** Steps that change no number here: frames come as RGB, and the caller chooses which. */
const HARMLESS_STEPS = new Set(['do_convert_rgb', 'do_sample_frames']);

/** Steps under other names: what EfficientNet's and the first video processors subtract. */
const OFFSETS = new Set(['offset', 'rescale_offset']);

/**
 * The scale of pixels that a processor states. Frames come in at the model's size, so that its resizing and cropping must
 * change nothing there; how it would resample is then of no matter.
 * @throws ModelError with `CONFIG_INVALID`
 */
export function scaleOf(section: PreprocessorSection, imageSize: number, silent: PixelScale): PixelScale {
  const { where, json } = section;
  // A step that is null is none, as in Python.
  const said = Object.entries(json).map(([key, value]) => [key, isStep(key) ? (value ?? false) : value]);
  const source = jsonSource(where, Object.fromEntries(said));
  const { doRescale, doNormalize, doResize, doCenterCrop } = source.check(STEPS);
  refuseOtherSteps(where, json);
  if (doResize) requireSide(where, 'size', json.size, imageSize);
  if (doCenterCrop) requireSide(where, 'crop_size', json.crop_size, imageSize);

  const factor = doRescale ? source.check(FACTOR).rescaleFactor : 1;
  const { mean, std } = doNormalize
    ? statistics(where, json, silent)
    : ({ mean: [0, 0, 0], std: [1, 1, 1] } as const);
  // (pixel * factor - mean) / std, said of pixel / 255.
  const unit = factor * 255;
  return { mean: threeOf(mean, unit), std: threeOf(std, unit) };
}

export function sameScale(one: PixelScale, other: PixelScale): boolean {
  return [0, 1, 2].every(
    (channel) => one.mean[channel] === other.mean[channel] && one.std[channel] === other.std[channel],
  );
}

type Three = readonly [number, number, number];

const threeOf = ([red, green, blue]: Three, unit: number): Three => [red / unit, green / unit, blue / unit];

function refuseOtherSteps(where: string, json: PreprocessorSection['json']): void {
  for (const [key, value] of Object.entries(json)) {
    if (!value || isStep(key) || HARMLESS_STEPS.has(key) || !(key.startsWith('do_') || OFFSETS.has(key)))
      continue;
    throw wrong(where, key, 'no such step, since frames are only scaled here', value);
  }
}

function isStep(key: string): boolean {
  return Object.hasOwn(snakeFields(STEPS), key);
}

/** A length, or a record of lengths, as old and new files have it. */
function requireSide(where: string, key: string, value: unknown, imageSize: number): void {
  if (value === undefined) return;
  const sides = typeof value === 'object' && value !== null ? Object.entries(value) : [['', value]];
  const lengths = sides.filter(([name, side]) => name !== 'longest_edge' && side !== null);
  if (lengths.length > 0 && lengths.every(([, side]) => side === imageSize)) return;
  const reason = `${imageSize} as the model's image_size, since frames come at that size and are not resized or cropped here`;
  throw wrong(where, key, reason, value);
}

function statistics(where: string, json: PreprocessorSection['json'], silent: PixelScale): PixelScale {
  const otherwise = defaultsOf(json, silent);
  const list = (key: 'image_mean' | 'image_std', least: number, from: Three | undefined): Three => {
    const given = json[key] === undefined ? from : json[key];
    const three = typeof given === 'number' ? [given, given, given] : given;
    const allowed = (entry: unknown) => Number.isFinite(entry) && (entry as number) > least;
    if (Array.isArray(three) && three.length === 3 && three.every(allowed)) return three as unknown as Three;
    throw wrong(where, key, `three numbers${least === 0 ? ' above 0' : ''}`, given);
  };
  return {
    mean: list('image_mean', Number.NEGATIVE_INFINITY, otherwise?.mean),
    std: list('image_std', 0, otherwise?.std),
  };
}

/** What Python's class has where a file is silent; nothing for classes that are not known here. */
function defaultsOf(json: PreprocessorSection['json'], silent: PixelScale): PixelScale | undefined {
  const type = json.image_processor_type ?? json.video_processor_type ?? json.feature_extractor_type;
  if (type === undefined) return silent;
  if (String(type).startsWith('VideoMAE')) return SYMMETRIC_PIXELS;
  return String(type).startsWith('CLIP') ? CLIP_MODEL_PIXELS : undefined;
}

function wrong(where: string, key: string, expected: string, received: unknown): ModelError {
  return new ModelError('CONFIG_INVALID', {
    where: `${where}, key ${key}`,
    expected,
    received: received === undefined ? 'nothing' : showValue(received),
    advice: OWN_SCALE,
  });
}
