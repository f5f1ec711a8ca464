import { type Field, nested, number, optional, optionTable, passing } from '@tgm/options';
import type { Random } from '@tgm/random';
import { VideoError } from '../errors.js';
import * as fields from '../option-fields.js';
import type { Size } from '../video.js';
import { beta } from './beta.js';

export interface MixOptions {
  /** Beta parameter of mixup (Zhang et al. 2018), above 0. Default 0.8 (VideoMAE's fine-tuning). */
  readonly mixup?: number;
  /** Beta parameter of cutmix (Yun et al. 2019), above 0. Default 1. */
  readonly cutmix?: number;
  /** Chance of cutmix, 0-1; else mixup. Default 0.5. */
  readonly cutmixShare?: number;
}

const FIELDS = {
  mixup: optional(number({ above: 0 }), 0.8),
  cutmix: optional(number({ above: 0 }), 1),
  cutmixShare: optional(number({ from: 0, to: 1 }), 0.5),
} satisfies Record<keyof MixOptions, unknown>;

const OPTIONS = optionTable('mixBatch', FIELDS, VideoError);

/** The same options within those of whatever mixes batches. */
export const mixOptions = (): Field<MixOptions> => nested(FIELDS);

/** Clips of equal size, to be mixed with each other. */
export interface MixableBatch extends Size {
  /** [B, T, height, width, 3] pixels on any scale. */
  readonly pixels: Float32Array | Uint8Array;
  /** [B, classes] targets; a row sums to 1, or to the number of labels that a clip has. */
  readonly targets: Float32Array;
  /** B, at least 1. */
  readonly count: number;
}

const ARGUMENTS = optionTable(
  'mixBatch',
  {
    pixels: passing(
      'a Float32Array or a Uint8Array',
      (value): value is MixableBatch['pixels'] =>
        value instanceof Float32Array || value instanceof Uint8Array,
    ),
    targets: passing('a Float32Array', (value): value is Float32Array => value instanceof Float32Array),
    count: fields.count(),
    width: fields.count(),
    height: fields.count(),
    random: fields.random(),
  },
  VideoError,
);

/**
 * Mixes clip b of a batch with clip B - 1 - b, in place, and their targets in the same proportion: either all pixels of
 * both (mixup) or a box of one put into the other, the same box in all frames (cutmix). One draw for the whole batch, as
 * in timm's batch mode.
 *
 * @returns the share of its own pixels and target that each clip keeps, 0-1.
 * @throws {VideoError} `OPTION_INVALID`
 */
export function mixBatch(batch: MixableBatch, random: Random, options: MixOptions = {}): number {
  const { mixup, cutmix, cutmixShare } = OPTIONS.check(options);
  const { pixels, targets, count, width, height } = batch ?? {};
  ARGUMENTS.check({ pixels, targets, count, width, height, random });
  const whole = pixels.length % (count * width * height * 3) === 0 && targets.length % count === 0;
  if (!whole) {
    throw new VideoError('OPTION_INVALID', {
      where: 'mixBatch',
      expected: '[B, T, height, width, 3] pixels and [B, classes] targets',
      received: `${pixels.length} and ${targets.length} numbers for ${count} of ${width}x${height}`,
    });
  }
  const cut = random() < cutmixShare;
  const drawn = beta(cut ? cutmix : mixup, random);
  const kept = cut ? cutPixels(batch, drawn, random) : drawn;
  if (!cut) mixPairs(pixels, count, kept);
  mixPairs(targets, count, kept);
  return kept;
}

/** Element by element: kept * own + (1 - kept) * other's, for both of a pair. */
function mixPairs(values: Float32Array | Uint8Array, count: number, kept: number): void {
  const length = values.length / count;
  const mixed = values instanceof Uint8Array ? Math.round : (value: number) => value;
  for (let first = 0, last = count - 1; first < last; first++, last--) {
    for (let i = 0; i < length; i++) {
      const [a, b] = [values[first * length + i]!, values[last * length + i]!];
      values[first * length + i] = mixed(kept * a + (1 - kept) * b);
      values[last * length + i] = mixed(kept * b + (1 - kept) * a);
    }
  }
}

/** Exchanges a box whose sides are sqrt(1 - kept) of the picture's, around a drawn centre, cut off at the edges. */
function cutPixels(batch: MixableBatch, kept: number, random: Random): number {
  const { pixels, count, width, height } = batch;
  const side = Math.sqrt(1 - kept);
  const [left, right] = span(width, Math.floor(width * side), random);
  const [top, bottom] = span(height, Math.floor(height * side), random);
  const length = pixels.length / count;
  for (let first = 0, last = count - 1; first < last; first++, last--) {
    for (let frame = 0; frame < length; frame += width * height * 3) {
      for (let y = top; y < bottom; y++) {
        const from = frame + (y * width + left) * 3;
        const to = from + (right - left) * 3;
        const own = pixels.slice(first * length + from, first * length + to);
        pixels.copyWithin(first * length + from, last * length + from, last * length + to);
        pixels.set(own, last * length + from);
      }
    }
  }
  return 1 - ((right - left) * (bottom - top)) / (width * height);
}

function span(limit: number, length: number, random: Random): [number, number] {
  const centre = Math.floor(random() * limit);
  const start = centre - Math.floor(length / 2);
  return [Math.max(start, 0), Math.min(start + length, limit)];
}
