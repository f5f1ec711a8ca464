import { isUtf8 } from 'node:buffer';
import type { VideoError } from '../../errors.js';
import { manifestFault } from './fault.js';

const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** How files begin that are taken for text by mistake, and what they are. */
const OTHERS = [
  [[0x1f, 0x8b], 'a gzip file, to be unpacked first'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'a zstd file, to be unpacked first'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip file or a spreadsheet'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file'],
  [[0xff, 0xfe], 'UTF-16'],
  [[0xfe, 0xff], 'UTF-16'],
] as const;

/**
 * Bytes of the byte order mark that a file begins with, 0 or 3.
 *
 * @throws {VideoError} `MANIFEST_INVALID` for a file that does not begin as UTF-8 text does.
 */
export function markLength(path: string, head: Buffer): number {
  const [, name] = OTHERS.find(([bytes]) => head.subarray(0, bytes.length).equals(Buffer.from(bytes))) ?? [];
  if (name) throw manifestFault(path, 'text in UTF-8', name);
  return head.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
}

/** Hears of a line that is no text in UTF-8. It throws, or the line counts as blank from then on. */
export type OnBadLine = (fault: VideoError) => void;

const throwIt: OnBadLine = (fault) => {
  throw fault;
};

/**
 * @param lines whole lines. Bad ones are overwritten with spaces, if `onBadLine` does not throw.
 * @param firstLine number of the first of them.
 * @throws {VideoError} `MANIFEST_INVALID` with the line.
 */
export function requireUtf8(
  path: string,
  lines: Buffer,
  firstLine: number,
  onBadLine: OnBadLine = throwIt,
): void {
  if (isUtf8(lines)) return;
  for (let from = 0, line = firstLine; from < lines.length; line++) {
    const feed = lines.indexOf('\n', from);
    const to = feed < 0 ? lines.length : feed;
    if (!isUtf8(lines.subarray(from, to))) {
      onBadLine(manifestFault(path, 'text in UTF-8', 'bytes that are none', line));
      lines.fill(' ', from, to);
    }
    from = to + 1;
  }
}
