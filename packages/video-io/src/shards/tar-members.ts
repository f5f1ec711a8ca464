import type { FileHandle } from 'node:fs/promises';
import { VideoError } from '../errors.js';
import { decodeTarHeader, paddedSize, TAR_BLOCK, type TarHeader } from './tar-header.js';

/** A file in a tar file. */
export interface TarMember {
  readonly name: string;
  /** Byte offset of its first header, and of its content. */
  readonly headerStart: number;
  readonly start: number;
  /** Bytes of content. */
  readonly size: number;
  /** Byte offset behind its padding. */
  readonly end: number;
}

/** A name that is too long for a plain header, a size that is too large. */
interface Extended {
  readonly name?: string;
  readonly size?: number;
}

const ZEROS = Buffer.alloc(TAR_BLOCK);

/** Longest extended header that is read: names are shorter. */
const MAX_EXTENDED = 64 * 1024;

/**
 * The files in a part of a tar file, without reading their content. Understands POSIX ustar, pax paths and sizes, and
 * GNU long names; folders and links are passed over.
 *
 * @param from byte offset of a header. @param to where to stop, exclusive. @param whole the part goes to the file's end,
 * where an archive has a block of zeros and nothing else behind it: without it the file was cut off.
 * @throws {VideoError} `SHARD_INVALID` for a broken header, a name that is too long or a file that ends too early.
 */
export async function* tarMembers(
  file: FileHandle,
  path: string,
  from: number,
  to: number,
  whole = false,
): AsyncGenerator<TarMember> {
  const fail = (at: number, expected: string, received: string): never => {
    const where = `${path}, byte ${at}`;
    throw new VideoError('SHARD_INVALID', { where, source: path, expected, received });
  };
  const read = async (at: number, length: number): Promise<Buffer> => {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at);
    return bytesRead === length ? buffer : fail(at, `${length} more bytes`, `${bytesRead}`);
  };
  /** What extended headers say about the next member. */
  let extended: Extended = {};
  let headerStart = from;
  for (let at = from; at < to; ) {
    const block = await read(at, TAR_BLOCK);
    // A block of zeros ends the archive; more of them fill it up.
    if (block.equals(ZEROS)) {
      for (let rest = at; whole && rest < to; rest += TAR_BLOCK) {
        const filling = await read(rest, Math.min(TAR_BLOCK, to - rest));
        if (!filling.equals(ZEROS.subarray(0, filling.length))) {
          fail(rest, 'nothing behind the end of the archive', 'more, perhaps a second one');
        }
      }
      return;
    }
    const header: TarHeader = decodeTarHeader(block) ?? fail(at, 'a tar header', 'something else');
    const isExtended = header.type === 'x' || header.type === 'L';
    const { name = header.name, size = header.size } = isExtended ? {} : extended;
    const start = at + TAR_BLOCK;
    const next = start + paddedSize(size);
    if (next > to) fail(start, `${size} bytes of "${name}"`, `${to - start}`);
    if (isExtended) {
      if (size > MAX_EXTENDED) fail(at, `a name of at most ${MAX_EXTENDED} bytes`, `${size}`);
      const content = await read(start, size);
      extended = { ...extended, ...(header.type === 'L' ? { name: gnuName(content) } : paxRecords(content)) };
    } else {
      if (header.type === '0') yield { name, headerStart, start, size, end: next };
      extended = {};
      headerStart = next;
    }
    at = next;
  }
  if (whole) fail(to, 'the zeros that end an archive', 'the end of the file: it was cut off');
}

function gnuName(content: Buffer): string {
  return content.toString('utf8').replace(/\0.*$/s, '');
}

/** The `path` and the `size` of `length key=value\n` records; lengths count bytes. A size from 8 GiB stands only here. */
function paxRecords(content: Buffer): Extended {
  const found: { name?: string; size?: number } = {};
  for (let at = 0; at < content.length; ) {
    const [text, length] = /^(\d+) /.exec(content.toString('latin1', at, at + 12)) ?? [];
    if (text === undefined || Number(length) <= text.length) break;
    const record = content.toString('utf8', at + text.length, at + Number(length) - 1);
    if (record.startsWith('path=')) found.name = record.slice('path='.length);
    if (/^size=\d{1,15}$/.test(record)) found.size = Number(record.slice('size='.length));
    at += Number(length);
  }
  return found;
}
