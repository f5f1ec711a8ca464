import type { Frame } from 'node-av/lib';
import {
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_GRAY10LE,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV420P10LE,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV422P10LE,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUV444P10LE,
  AV_PIX_FMT_YUVJ420P,
  AV_PIX_FMT_YUVJ422P,
  AV_PIX_FMT_YUVJ444P,
} from '../container/ffmpeg-constants.js';
import type { Size } from '../video.js';

/** The brightness of one decoded picture, in memory of its own. */
export interface LumaPlane extends Size {
  /** [height, stride]; the first `width` of each row are pixels. */
  readonly samples: Uint8Array | Uint16Array;
  readonly stride: number;
}

const EIGHT_BITS: ReadonlySet<number> = new Set([
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUVJ420P,
  AV_PIX_FMT_YUVJ422P,
  AV_PIX_FMT_YUVJ444P,
]);
const TEN_BITS: ReadonlySet<number> = new Set([
  AV_PIX_FMT_GRAY10LE,
  AV_PIX_FMT_YUV420P10LE,
  AV_PIX_FMT_YUV422P10LE,
  AV_PIX_FMT_YUV444P10LE,
]);

/** Undefined for pixel formats whose first plane is not brightness in 8 or 10 bits. */
export function lumaPlane({ format, data, linesize, width, height }: Frame): LumaPlane | undefined {
  const wide = TEN_BITS.has(format);
  const plane = data?.[0];
  if (plane === undefined || !(wide || EIGHT_BITS.has(format))) return undefined;
  const bytes = new Uint8Array(plane);
  const stride = linesize[0]!;
  return wide
    ? { samples: new Uint16Array(bytes.buffer, 0, bytes.length >> 1), stride: stride >> 1, width, height }
    : { samples: bytes, stride, width, height };
}
