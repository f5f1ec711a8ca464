import { rmSync } from 'node:fs';
import { showValue } from '@tgm/options';
import type { FormatContext } from 'node-av/lib';
import { VideoError } from '../errors.js';
import { systemFailed } from '../system-failure.js';
import type { VideoInput } from '../video.js';
import { hasPause } from './edit-list.js';
import { checkStatus, type Scope } from './ffmpeg.js';
import { AVERROR_EINVAL } from './ffmpeg-constants.js';
import { settledVersion } from './file-version.js';
import { findFile } from './find-file.js';
import { ffmpeg } from './load-ffmpeg.js';
import { temporaryPath, writePrivateFile } from './temporary-file.js';

/**
 * Files of one video: containers, then streams without one (.h264, .m2v), .ivf, .obu and .gif. Playlists (HLS, concat, DASH)
 * could reach other files and are left out.
 */
const FORMATS =
  'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,flv,asf,ogg,h264,hevc,m4v,mpegvideo,ivf,obu,gif';

/** How errors call a video. @throws {VideoError} `OPTION_INVALID` for what is no video to open. */
export function nameOf(input: VideoInput): string {
  if (typeof input === 'string') return input;
  if (input instanceof Uint8Array) return `${input.length} bytes`;
  throw new VideoError('OPTION_INVALID', {
    where: 'video-io, argument source',
    expected: 'a path, or the bytes of a file',
    received: showValue(input),
  });
}

/**
 * Opens a container of a known kind and reads its header. The scope closes it. `version` is that of the file
 * before it was opened; undefined for bytes too. `path` is where the bytes lie that FFmpeg reads.
 */
export function openContainer(
  input: VideoInput,
  scope: Scope,
): { format: FormatContext; path: string; version: string | undefined } {
  const source = nameOf(input);
  const version = typeof input === 'string' ? settledVersion(findFile(input)) : undefined;
  const path = typeof input === 'string' ? input : writeBytes(input, scope);
  const format = scope.own(new (ffmpeg().FormatContext)(), (context) => context.freeContext());
  format.allocContext();
  const setting = 'setting up the container';
  checkStatus(format.setOption('protocol_whitelist', 'file'), 'VIDEO_UNREADABLE', setting, source);
  checkStatus(format.setOption('format_whitelist', FORMATS), 'VIDEO_UNREADABLE', setting, source);
  const status = format.openInputSync(`file:${path}`);
  // What FFmpeg says of a format that is not in the list.
  if (status === AVERROR_EINVAL) throw otherFormat(source);
  checkStatus(status, 'VIDEO_UNREADABLE', 'opening the container', source);
  const opened = scope.own(format, (context) => context.closeInputSync());
  if (opened.iformat?.name?.startsWith('mov') && hasPause(path, source)) throw pause(source);
  return { format: opened, path, version };
}

function pause(source: string): VideoError {
  return new VideoError('VIDEO_UNREADABLE', {
    source,
    expected: 'pictures without a pause between them',
    received: 'an edit list that has one',
    advice:
      'FFmpeg shows pictures from the beginning in its place. Write the video anew without the edit list.',
  });
}

function otherFormat(source: string): VideoError {
  return new VideoError('VIDEO_UNREADABLE', {
    source,
    expected: `an intact file of one of FFmpeg's formats ${FORMATS}`,
    received: 'another format, or a broken header',
  });
}

/**
 * Puts bytes where FFmpeg can read them, until the scope closes. node-av can read memory too, but never gives back the
 * buffer that it reads with.
 */
function writeBytes(bytes: Uint8Array, scope: Scope): string {
  const path = scope.own(temporaryPath(), (file) => rmSync(file, { force: true }));
  try {
    writePrivateFile(path, bytes);
  } catch (error) {
    throw systemFailed(nameOf(bytes), 'to put them into a file', error as Error);
  }
  return path;
}
