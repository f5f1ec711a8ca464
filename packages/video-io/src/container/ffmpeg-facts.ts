import { ffmpeg } from './load-ffmpeg.js';

/** The FFmpeg that this package decodes and encodes with. */
export interface FFmpegFacts {
  readonly version: string;
  /** By the switches that it was built with: each of `--enable-gpl`, `--enable-version3` and `--enable-nonfree` changes it. */
  readonly license: string;
}

/**
 * The version and licence of the FFmpeg binary that loads here.
 *
 * @throws {VideoError} `FFMPEG_UNAVAILABLE`
 */
export function ffmpegFacts(): FFmpegFacts {
  const { version, configuration } = ffmpeg().getFFmpegInfo();
  return { version, license: licenseOf(configuration) };
}

/** As FFmpeg's own `configure` names it. */
export function licenseOf(configuration: string): string {
  const has = (name: string): boolean => new RegExp(`--enable-${name}(\\s|$)`).test(configuration);
  if (has('nonfree')) return 'nonfree and unredistributable';
  const version3 = has('version3');
  if (has('gpl')) return `GPL version ${version3 ? 3 : 2} or later`;
  return `LGPL version ${version3 ? 3 : 2.1} or later`;
}
