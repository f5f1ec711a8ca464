import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { png, pngAddress } from './png.js';

/** CRC-32 bit by bit, as in PNG (ISO/IEC 15948) annex D. */
function crc(bytes: Uint8Array): number {
  let state = 0xffffffff;
  for (const byte of bytes) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit++) state = state & 1 ? (state >>> 1) ^ 0xedb88320 : state >>> 1;
  }
  return (state ^ 0xffffffff) >>> 0;
}

/** A reader of its own: checks every chunk, undoes the row filters. */
function decode(file: Buffer) {
  expect(file.subarray(1, 4).toString()).toBe('PNG');
  const chunks: Record<string, Buffer> = {};
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    expect(file.readUInt32BE(at + 8 + length)).toBe(crc(body));
    chunks[body.toString('ascii', 0, 4)] = body.subarray(4);
    at += length + 12;
  }
  expect(Object.keys(chunks)).toEqual(['IHDR', 'IDAT', 'IEND']);
  const header = chunks.IHDR!;
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const channels = header[9] === 6 ? 4 : 3;
  const rows = inflateSync(chunks.IDAT!);
  const stride = width * channels;
  expect(rows.length).toBe(height * (stride + 1));
  const pixels = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)];
    expect([0, 2]).toContain(filter);
    for (let i = 0; i < stride; i++) {
      const above = filter === 2 && y > 0 ? pixels[(y - 1) * stride + i]! : 0;
      pixels[y * stride + i] = rows[y * (stride + 1) + 1 + i]! + above;
    }
  }
  return { width, height, channels, pixels };
}

describe('png', () => {
  test.each([
    [5, 3, 3],
    [1, 7, 4],
    [64, 64, 3],
  ] as const)('%i x %i with %i channels comes back as it was', (width, height, channels) => {
    const pixels = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * i * 31 + i) % 256);
    expect(decode(png(pixels, width, height, channels))).toEqual({ width, height, channels, pixels });
  });

  test('refuses too few bytes', () => {
    expect(() => png(new Uint8Array(5), 2, 1, 3)).toThrow(/expected 1 x 2 x 3 bytes, 6, got 5/);
  });

  test('gives a data address', () => {
    const address = pngAddress(Uint8Array.of(1, 2, 3), 1, 1, 3);
    const [type, data] = address.split(',');
    expect(type).toBe('data:image/png;base64');
    expect(decode(Buffer.from(data!, 'base64')).pixels).toEqual(Uint8Array.of(1, 2, 3));
  });
});
