import type { FFEncoderCodec } from 'node-av/constants';
import type { CodecContext, Frame } from 'node-av/lib';
import type { Scope } from '../container/ffmpeg.js';
import { ffmpeg } from '../container/load-ffmpeg.js';
import { VideoError } from '../errors.js';
import type { Size } from '../video.js';
import type { FramePace } from './frame-pace.js';
import type { OpenFile } from './write-whole.js';

/** What an encoder is told, whatever the codec. */
export interface EncoderSettings extends Size {
  /** FFmpeg's name of it. */
  readonly name: string;
  /** Frames per second. */
  readonly fps: number;
  readonly pixelFormat: Frame['format'];
  /** Options of this codec. */
  readonly options: Readonly<Record<string, string | number>>;
}

/**
 * Opens an encoder on the calling thread.
 *
 * @param prepare What only this codec needs.
 */
export function openEncoder(
  { path, check }: OpenFile,
  { name, width, height, fps, pixelFormat, options }: EncoderSettings,
  pace: FramePace,
  scope: Scope,
  prepare: (encoder: CodecContext) => void = () => undefined,
): CodecContext {
  const codec = ffmpeg().Codec.findEncoderByName(name as FFEncoderCodec);
  if (codec === null)
    throw new VideoError('VIDEO_ENCODE_FAILED', {
      source: path,
      expected: `an FFmpeg with ${name}`,
      received: 'one without',
    });
  const encoder = scope.own(new (ffmpeg().CodecContext)(), (value) => value.freeContext());
  encoder.allocContext3(codec);
  encoder.width = width;
  encoder.height = height;
  encoder.pixelFormat = pixelFormat as typeof encoder.pixelFormat;
  encoder.framerate = new (ffmpeg().Rational)(Math.round(fps * 1000), 1000);
  encoder.timeBase = pace.tick;
  encoder.threadCount = 1;
  prepare(encoder);
  for (const [option, value] of Object.entries(options))
    check(encoder.setOption(option, value), `setting ${name}'s ${option}`);
  check(encoder.open2Sync(codec), 'setting up the encoder');
  return encoder;
}
