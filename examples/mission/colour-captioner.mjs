/**
 * A captioner of other people's: reads questions of `commandCaptioner`, line by line, and says which of six hues most of a picture's
 * colourful pixels have. It stands where BLIP-2 in Python would.
 */
import { createInterface } from 'node:readline';
import { inflateSync } from 'node:zlib';

const HUES = ['red', 'yellow', 'green', 'cyan', 'blue', 'magenta'];

/** The pixels of a PNG file without filters, as they are sent. */
function* pixelsOf(png, width) {
  const packed = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      packed.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const rows = inflateSync(Buffer.concat(packed));
  for (let at = 0; at < rows.length; at += 3) {
    if (at % (1 + 3 * width) === 0) at += 1;
    yield [rows[at], rows[at + 1], rows[at + 2]];
  }
}

/** Which of the six hues is next, or none for a grey. */
function hueOf([red, green, blue]) {
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  if (most - least < 90) return undefined;
  const sixth = 1 / (most - least);
  if (most === red) return (6 + Math.round((green - blue) * sixth)) % 6;
  return most === green ? 2 + Math.round((blue - red) * sixth) : 4 + Math.round((red - green) * sixth);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, png, width } = JSON.parse(line);
  const counts = HUES.map(() => 0);
  for (const pixel of pixelsOf(Buffer.from(png, 'base64'), width)) {
    const hue = hueOf(pixel);
    if (hue !== undefined) counts[hue] += 1;
  }
  const caption = `something ${HUES[counts.indexOf(Math.max(...counts))]}`;
  console.log(JSON.stringify({ id, caption }));
}
