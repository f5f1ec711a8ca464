/** Some whole rows of a file. */
export interface TextBlock {
  /** UTF-8. */
  readonly bytes: Buffer;
  /** The same bytes. */
  readonly view: DataView;
  /** Byte offset in the file. */
  readonly start: number;
  /**
   * The bytes as text of one letter each, whatever their encoding: for searches, of which ours for bytes are two to three
   * times slower than those of V8 for text.
   */
  readonly letters: string;
}

export function textBlock(bytes: Buffer, start: number): TextBlock {
  let letters: string | undefined;
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    start,
    get letters() {
      letters ??= bytes.toString('latin1');
      return letters;
    },
  };
}

/**
 * Where a byte is met next, from a place that only moves forwards; infinity when it is not met again. Each part of the
 * bytes is searched once, in C++.
 */
export function nextOf(bytes: Buffer, byte: number): (from: number) => number {
  let next = -1;
  return (from) => {
    if (next >= from) return next;
    next = bytes.indexOf(byte, from);
    if (next < 0) next = Number.POSITIVE_INFINITY;
    return next;
  };
}
