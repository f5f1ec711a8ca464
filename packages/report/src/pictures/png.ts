import { crc32, deflateSync } from 'node:zlib';
import { mismatch } from '../check-clip.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const BITS = 8;
const COLOUR_TYPE = { 3: 2, 4: 6 } as const; // PNG (ISO/IEC 15948) table 11.1: truecolour, with alpha

/**
 * A PNG file of [height, width, channels] pixels, 0-255; 3 channels are RGB, 4 are RGBA.
 *
 * @throws ReportError `SHAPE_MISMATCH`.
 */
export function png(pixels: Uint8Array, width: number, height: number, channels: 3 | 4): Buffer {
  if (pixels.length !== width * height * channels) {
    const expected = `${height} x ${width} x ${channels} bytes, ${width * height * channels}`;
    throw mismatch('png, pixels', expected, pixels.length);
  }
  const header = Buffer.alloc(13); // compression, filter method and interlace stay 0
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = BITS;
  header[9] = COLOUR_TYPE[channels];

  // Each row is stored as differences from the row above (filter type 2), which deflate packs better.
  const stride = width * channels;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    rows[y * (stride + 1)] = 2;
    for (let i = 0; i < stride; i++) {
      const above = y > 0 ? pixels[(y - 1) * stride + i]! : 0;
      rows[y * (stride + 1) + 1 + i] = pixels[y * stride + i]! - above;
    }
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The same as a `data:` address for an `href` or `src`. */
export function pngAddress(pixels: Uint8Array, width: number, height: number, channels: 3 | 4): string {
  return `data:image/png;base64,${png(pixels, width, height, channels).toString('base64')}`;
}

/** Length, type, data, CRC of type and data. */
function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'ascii');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
