import { closeSync, openSync, readSync } from 'node:fs';
import { fileError } from '../system-failure.js';

/** A box of an MP4 file: the bytes of its content. */
interface Box {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

/** Bytes of a box's header with and without a long size. */
const [HEADER, LONG_HEADER] = [8, 16];

/** Boxes on one level, so that a damaged file cannot take for ever. */
const MOST_BOXES = 4096;

/**
 * Whether the pictures of an MP4 or MOV file pause: whether the edit list of a video track has an empty edit behind one that is
 * not (ISO 14496-12, 8.6.6). FFmpeg takes such a pause for pictures from the beginning; an empty edit in front it understands.
 * False for what is not built as it should be.
 *
 * @throws {VideoError} `SYSTEM_FAILED`
 */
export function hasPause(path: string, source: string): boolean {
  try {
    const file = openSync(path, 'r');
    try {
      const movie = boxes(file, { type: '', from: 0, to: Number.POSITIVE_INFINITY }).find(isOf('moov'));
      const tracks = movie === undefined ? [] : boxes(file, movie).filter(isOf('trak'));
      return tracks.some((track) => pauses(file, track));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError(error, 'VIDEO_NOT_FOUND', source, 'a video file');
  }
}

const isOf = (type: string) => (box: Box) => box.type === type;

function pauses(file: number, track: Box): boolean {
  const inside = (names: readonly string[]): Box | undefined =>
    names.reduce<Box | undefined>((box, name) => box && boxes(file, box).find(isOf(name)), track);
  const handler = inside(['mdia', 'hdlr']);
  const list = inside(['edts', 'elst']);
  if (list === undefined || handler === undefined) return false;
  // Version and flags, four bytes of zero, the kind of track.
  if (read(file, handler.from, 12).toString('latin1', 8) !== 'vide') return false;
  const start = read(file, list.from, 8);
  if (start.length < 8) return false;
  // Duration and place in the medium in 4 or 8 bytes each, then the speed.
  const wide = start[0] === 1;
  const entry = wide ? 20 : 12;
  const length = Math.min(start.readUInt32BE(4), MOST_BOXES) * entry;
  const entries = read(file, list.from + 8, Math.min(length, list.to - list.from - 8));
  let shown = false;
  for (let at = 0; at + entry <= entries.length; at += entry) {
    const empty = wide ? entries.readBigInt64BE(at + 8) === -1n : entries.readInt32BE(at + 4) === -1;
    if (empty && shown) return true;
    shown ||= !empty;
  }
  return false;
}

/** The boxes in the content of another, up to the movie's own in the file as a whole. */
function boxes(file: number, { from, to }: Box): Box[] {
  const found: Box[] = [];
  for (let at = from; at + HEADER <= to && found.length < MOST_BOXES; ) {
    const header = read(file, at, LONG_HEADER);
    if (header.length < HEADER) break;
    const short = header.readUInt32BE(0);
    const long = short === 1 && header.length === LONG_HEADER;
    const size = long ? Number(header.readBigUInt64BE(HEADER)) : short;
    if (size < HEADER) break;
    const type = header.toString('latin1', 4, HEADER);
    found.push({ type, from: at + (long ? LONG_HEADER : HEADER), to: Math.min(at + size, to) });
    if (type === 'moov') break;
    at += size;
  }
  return found;
}

function read(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, length));
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, at));
}
