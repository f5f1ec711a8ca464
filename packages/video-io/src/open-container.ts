import { statSync } from 'node:fs';
import { AVERROR_EOF, AVSEEK_CUR, AVSEEK_END, AVSEEK_SET, AVSEEK_SIZE } from 'node-av/constants';
import { FormatContext, IOContext } from 'node-av/lib';
import { VideoError } from './errors.js';
import { checkStatus, type Scope } from './ffmpeg.js';
import type { VideoInput, VideoSource } from './video.js';

/** Containers of single files. Playlists (HLS, concat, DASH) could reach other files and are left out. */
const CONTAINERS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,flv,asf,ogg';

/** Bytes that FFmpeg asks for at once. */
const CHUNK = 65_536;

/** How errors call a video. */
export function nameOf(input: VideoInput): string {
  return typeof input === 'string' ? input : `${input.length} bytes`;
}

/** Opens a container of a known kind and reads its header. The scope closes it. */
export function openContainer(input: VideoInput, scope: Scope): FormatContext {
  const source = nameOf(input);
  if (typeof input === 'string') requireFile(input);
  const format = scope.own(new FormatContext(), (context) => context.freeContext());
  format.allocContext();
  const setting = 'Setting up';
  checkStatus(format.setOption('protocol_whitelist', 'file'), 'VIDEO_UNREADABLE', setting, source);
  checkStatus(format.setOption('format_whitelist', CONTAINERS), 'VIDEO_UNREADABLE', setting, source);
  if (typeof input !== 'string') format.pb = scope.own(bytesReader(input), (io) => io.freeContext());
  const url = typeof input === 'string' ? `file:${input}` : '';
  checkStatus(format.openInputSync(url), 'VIDEO_UNREADABLE', 'Opening the container', source);
  return scope.own(format, (context) => context.closeInputSync());
}

/** A regular file: a pipe or a device could block for ever. */
function requireFile(source: VideoSource): void {
  let found = 'nothing';
  try {
    const stats = statSync(source);
    if (stats.isFile()) return;
    found = stats.isDirectory() ? 'a folder' : 'a special file';
  } catch (error) {
    if (error instanceof Error) found = error.message;
  }
  throw new VideoError('VIDEO_NOT_FOUND', `Expected a video file at "${source}", got ${found}.`, { source });
}

/** Lets FFmpeg read memory as it reads a file. */
function bytesReader(bytes: Uint8Array): IOContext {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const read = (size: number): Buffer | number => {
    if (at >= buffer.length) return AVERROR_EOF;
    const chunk = buffer.subarray(at, at + size);
    at += chunk.length;
    return chunk;
  };
  const seek = (offset: bigint, whence: number): number => {
    if (whence === AVSEEK_SIZE) return buffer.length;
    const from = { [AVSEEK_SET]: 0, [AVSEEK_CUR]: at, [AVSEEK_END]: buffer.length }[whence];
    const to = (from ?? Number.NaN) + Number(offset);
    if (!(to >= 0)) return -1;
    at = to;
    return at;
  };
  const io = new IOContext();
  io.allocContextWithCallbacks(CHUNK, 0, read, null, seek);
  return io;
}
