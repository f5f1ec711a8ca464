import { createRequire } from 'node:module';
import type * as NodeAv from 'node-av/lib';
import { VideoError } from '../errors.js';

const require = createRequire(import.meta.url);
let loaded: typeof NodeAv | undefined;

/**
 * The one door to FFmpeg, which is loaded at the first call: where there is no binary of it, everything else of this
 * package still works.
 *
 * @throws {VideoError} `FFMPEG_UNAVAILABLE`
 */
export function ffmpeg(): typeof NodeAv {
  try {
    loaded ??= require('node-av/lib') as typeof NodeAv;
    return loaded;
  } catch (cause) {
    throw new VideoError('FFMPEG_UNAVAILABLE', {
      expected: 'FFmpeg, as node-av brings it',
      received: `no binary of it that loads on ${process.platform} ${process.arch}`,
      advice:
        'node-av has binaries for Linux with glibc, macOS and Windows (x64, arm64), as optional dependencies: where npm ' +
        'left them out, run "npm install --ignore-scripts --include=optional".',
      cause,
    });
  }
}
