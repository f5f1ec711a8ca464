import { extname } from 'node:path';
import { number, optionTable, showValue } from '@tgm/options';
import type { Frame } from 'node-av/lib';
import { AV_PIX_FMT_BGRA, AV_PIX_FMT_PAL8 } from '../container/ffmpeg-constants.js';
import { VideoError } from '../errors.js';
import { count, requirePath } from '../option-fields.js';
import type { Size } from '../video.js';
import { countFrames } from './count-frames.js';
import { filteredFrames } from './filtered-frames.js';
import { tickingPace } from './frame-pace.js';
import { rgbFrames } from './frames-in.js';
import { openEncoder } from './open-encoder.js';
import { openStream } from './open-stream.js';
import { writeWhole } from './write-whole.js';

export interface EncodeAnimationOptions extends Size {
  /** Frames per second, above 0, at most 50: what shows GIF files slows faster ones down. */
  readonly fps: number;
}

const OPTIONS = optionTable(
  'encodeAnimation',
  {
    width: count(),
    height: count(),
    fps: number({ above: 0, to: 50 }),
  } satisfies Record<keyof EncodeAnimationOptions, unknown>,
  VideoError,
);

/** A picture that moves, as one of FFmpeg's containers. */
interface AnimationFormat {
  readonly container: string;
  readonly codec: string;
  /** Ticks of a second in which it tells times. */
  readonly clock: number;
  readonly pixelFormat: Frame['format'];
  readonly options: Readonly<Record<string, string | number>>;
  /** FFmpeg's filters from RGB to that. */
  readonly filters: string;
}

const FOR_EVER = { loop: 0 };

const FORMATS: Readonly<Record<string, AnimationFormat>> = {
  '.gif': {
    container: 'gif',
    codec: 'gif',
    clock: 100,
    pixelFormat: AV_PIX_FMT_PAL8,
    options: {},
    // One palette of all frames; a pattern that stays in its place, so that what rests does not flicker.
    filters:
      'split[all][frames];[all]palettegen[palette];[frames][palette]paletteuse=dither=bayer:bayer_scale=4',
  },
  '.webp': {
    container: 'webp',
    // Whole frames. What `libwebp_anim` leaves as it was in the frame before shows the rims of things that have moved on.
    codec: 'libwebp',
    clock: 1000,
    pixelFormat: AV_PIX_FMT_BGRA,
    options: { quality: 90 },
    filters: 'format=bgra',
  },
};

/**
 * Writes RGB frames as a picture that moves, over and over: an animated GIF, of 256 colours in all, or WebP, by the ending of its path. On
 * the calling thread. The file appears under `path` only when it is complete.
 *
 * @param path ends in `.gif` or `.webp`.
 * @param frames [T, height, width, 3] RGB, 0-255, T >= 1.
 * @throws {VideoError} `OPTION_INVALID`, also for another ending; `VIDEO_ENCODE_FAILED` when the encoder refuses, `SYSTEM_FAILED` when the
 *   file system does, also where there is no folder.
 */
export async function encodeAnimation(
  path: string,
  frames: Uint8Array,
  options: EncodeAnimationOptions,
): Promise<void> {
  const plan = OPTIONS.check(options);
  requirePath('encodeAnimation', path);
  const format = formatOf(path);
  const count = countFrames(path, frames, plan);
  await writeWhole(path, 'an animation', (file, scope) => {
    const pace = tickingPace(plan.fps, format.clock);
    const { pixelFormat, codec: name, options } = format;
    const encoder = openEncoder(file, { ...plan, name, pixelFormat, options }, pace, scope);
    const stream = openStream(file, { name: format.container, options: FOR_EVER }, encoder, pace, scope);
    const rgb = rgbFrames(file, frames, plan, scope);
    let written = 0;
    for (const frame of filteredFrames(file, format.filters, plan, count, rgb, scope)) {
      frame.pts = pace.stamp(written++);
      stream.write(frame);
    }
    stream.end();
  });
}

function formatOf(path: string): AnimationFormat {
  const format = FORMATS[extname(path).toLowerCase()];
  if (format) return format;
  throw new VideoError('OPTION_INVALID', {
    where: 'encodeAnimation, argument path',
    source: path,
    expected: `a path that ends in ${Object.keys(FORMATS).join(' or ')}`,
    received: showValue(path),
  });
}
