import type { Frame } from 'node-av/lib';
import type { Scope } from '../container/ffmpeg.js';
import { AV_PIX_FMT_RGB24 } from '../container/ffmpeg-constants.js';
import { ffmpeg } from '../container/load-ffmpeg.js';
import type { Size } from '../video.js';
import type { OpenFile } from './write-whole.js';

/** An empty frame of FFmpeg's. */
export function allocateFrame(
  { check }: OpenFile,
  { width, height }: Size,
  format: Frame['format'],
  scope: Scope,
): Frame {
  const frame = scope.own(new (ffmpeg().Frame)(), (value) => value.free());
  frame.alloc();
  frame.width = width;
  frame.height = height;
  frame.format = format;
  check(frame.getBuffer(), 'allocating a frame');
  return frame;
}

/** Frames of [T, height, width, 3] bytes as FFmpeg's, by their numbers: the same one each time, filled anew. */
export function rgbFrames(
  file: OpenFile,
  frames: Uint8Array,
  size: Size,
  scope: Scope,
): (index: number) => Frame {
  const rgb = allocateFrame(file, size, AV_PIX_FMT_RGB24, scope);
  const bytes = size.width * size.height * 3;
  return (index) => {
    file.check(rgb.makeWritable(), 'copying a frame');
    file.check(
      rgb.fromBuffer(Buffer.from(frames.buffer, frames.byteOffset + index * bytes, bytes)),
      'copying a frame',
    );
    return rgb;
  };
}
