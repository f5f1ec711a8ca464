import { randomUUID } from 'node:crypto';
import { type BigIntStats, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatContext } from 'node-av/lib';
import { VideoError } from '../errors.js';
import type { VideoInput, VideoSource } from '../video.js';
import { checkStatus, type Scope } from './ffmpeg.js';
import { settledVersion } from './file-version.js';

/** Containers of single files. Playlists (HLS, concat, DASH) could reach other files and are left out. */
const CONTAINERS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,flv,asf,ogg';

/** How errors call a video. */
export function nameOf(input: VideoInput): string {
  return typeof input === 'string' ? input : `${input.length} bytes`;
}

/**
 * Opens a container of a known kind and reads its header. The scope closes it. `version` is that of the file
 * before it was opened; undefined for bytes too.
 */
export function openContainer(
  input: VideoInput,
  scope: Scope,
): { format: FormatContext; version: string | undefined } {
  const source = nameOf(input);
  const version = typeof input === 'string' ? settledVersion(requireFile(input)) : undefined;
  const path = typeof input === 'string' ? input : writeBytes(input, scope);
  const format = scope.own(new FormatContext(), (context) => context.freeContext());
  format.allocContext();
  const setting = 'setting up the container';
  checkStatus(format.setOption('protocol_whitelist', 'file'), 'VIDEO_UNREADABLE', setting, source);
  checkStatus(format.setOption('format_whitelist', CONTAINERS), 'VIDEO_UNREADABLE', setting, source);
  checkStatus(format.openInputSync(`file:${path}`), 'VIDEO_UNREADABLE', 'opening the container', source);
  return { format: scope.own(format, (context) => context.closeInputSync()), version };
}

/**
 * Puts bytes where FFmpeg can read them, in a file that no one else may read, until the scope closes. node-av
 * can read memory too, but never gives back the buffer that it reads with.
 */
function writeBytes(bytes: Uint8Array, scope: Scope): string {
  const path = join(tmpdir(), `tgm-video-${process.pid}-${randomUUID()}`);
  scope.own(path, (file) => rmSync(file, { force: true }));
  try {
    writeFileSync(path, bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error);
    const expected = 'to put them into a file';
    throw new VideoError('VIDEO_UNREADABLE', { source: nameOf(bytes), expected, received, cause: error });
  }
  return path;
}

/** A regular file: a pipe or a device could block for ever. */
function requireFile(source: VideoSource): BigIntStats {
  let received = 'nothing';
  try {
    const stats = statSync(source, { bigint: true });
    if (stats.isFile()) return stats;
    received = stats.isDirectory() ? 'a folder' : 'a special file';
  } catch (error) {
    if (error instanceof Error) received = error.message;
  }
  throw new VideoError('VIDEO_NOT_FOUND', { source, expected: 'a video file', received });
}
