import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip, encodeAnimation, probeVideo } from '../index.js';

const size = { width: 45, height: 35 };
const FRAMES = 6;
const bytes = size.width * size.height * 3;
const GREY = 128;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-animation-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A bright red square of 10 x 10 on grey that goes 6 pixels to the right with each frame. */
const isRed = (t: number, x: number, y: number): boolean => x >= 6 * t && x < 6 * t + 10 && y >= 10 && y < 20;
function squares(): Uint8Array {
  const frames = new Uint8Array(FRAMES * bytes).fill(GREY);
  for (let at = 0; at < frames.length; at += 3) {
    const [t, pixel] = [Math.floor(at / bytes), (at % bytes) / 3];
    if (isRed(t, pixel % size.width, Math.floor(pixel / size.width))) frames.set([230, 30, 40], at);
  }
  return frames;
}

/** The chunks of a RIFF file from a place on: name, content. */
function* chunks(file: Buffer, start: number, end: number): Generator<[string, Buffer]> {
  for (let at = start; at < end; ) {
    const length = file.readUInt32LE(at + 4);
    yield [file.toString('latin1', at, at + 4), file.subarray(at + 8, at + 8 + length)];
    at += 8 + length + (length % 2);
  }
}

/** The frames of an animated WebP as its format tells them: https://developers.google.com/speed/webp/docs/riff_container */
function readWebp(path: string) {
  const file = readFileSync(path);
  expect(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 12)).toBe('RIFFWEBP');
  const top = [...chunks(file, 12, file.length)];
  const [, extended] = top.find(([name]) => name === 'VP8X')!;
  const [, animation] = top.find(([name]) => name === 'ANIM')!;
  const frames = top.filter(([name]) => name === 'ANMF').map(([, frame]) => frame);
  return {
    isAnimated: (extended[0]! & 2) !== 0,
    canvas: { width: extended.readUIntLE(4, 3) + 1, height: extended.readUIntLE(7, 3) + 1 },
    loops: animation.readUInt16LE(4),
    milliseconds: frames.map((frame) => frame.readUIntLE(12, 3)),
    /** VP8 key frames. */
    pictures: frames.map(
      (frame) => [...chunks(frame, 16, frame.length)].find(([name]) => name === 'VP8 ')![1],
    ),
  };
}

/** Key frames of VP8 as an IVF file, which is a video. */
function writeIvf(path: string, pictures: readonly Buffer[]): void {
  const header = Buffer.alloc(32);
  header.write('DKIF\0\0', 0, 'latin1');
  header.writeUInt16LE(32, 6);
  header.write('VP80', 8, 'latin1');
  header.writeUInt16LE(size.width, 12);
  header.writeUInt16LE(size.height, 14);
  header.writeUInt32LE(25, 16);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(pictures.length, 24);
  const packets = pictures.map((picture, t) => {
    const packet = Buffer.alloc(12);
    packet.writeUInt32LE(picture.length, 0);
    packet.writeBigUInt64LE(BigInt(t), 4);
    return Buffer.concat([packet, picture]);
  });
  writeFileSync(path, Buffer.concat([header, ...packets]));
}

/** Every pixel but those beside an edge of this frame, where half the colours are kept. */
async function expectSquares(path: string, tolerance: number): Promise<void> {
  const all = Array.from({ length: FRAMES }, (_, t) => t);
  const { frames } = await decodeClip(path, { indices: all, size });
  for (const t of all)
    for (let y = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++) {
        const red = isRed(t, x, y);
        const steps = [-2, 0, 2];
        const isEdge = steps.some((down) => steps.some((right) => isRed(t, x + right, y + down) !== red));
        if (isEdge) continue;
        const at = t * bytes + (y * size.width + x) * 3;
        const wanted = red ? [230, 30, 40] : [GREY, GREY, GREY];
        for (let channel = 0; channel < 3; channel++)
          if (Math.abs(frames[at + channel]! - wanted[channel]!) > tolerance)
            expect.fail(`frame ${t}, ${x}, ${y}: ${frames.subarray(at, at + 3)} for ${wanted}`);
      }
}

describe('encodeAnimation', () => {
  it('writes a GIF that goes on for ever, with every frame in its colours and at its time', async () => {
    const path = join(folder, 'a.gif');
    await encodeAnimation(path, squares(), { ...size, fps: 12.5 });
    expect(await probeVideo(path, { countFrames: true })).toMatchObject({
      ...size,
      codec: 'gif',
      frameCount: FRAMES,
    });
    const { times } = await decodeClip(path, { indices: [1, 5], size });
    expect([...times].map((time) => Math.round(time * 1000))).toEqual([80, 400]);
    const file = readFileSync(path);
    const loops = file.indexOf('NETSCAPE2.0') + 'NETSCAPE2.0'.length;
    expect([...file.subarray(loops, loops + 4)]).toEqual([3, 1, 0, 0]); // 0: for ever
    await expectSquares(path, 6);
  });

  it('writes a WebP that goes on for ever, whose frames keep no trace of those before', async () => {
    const path = join(folder, 'A.WEBP');
    await encodeAnimation(path, squares(), { ...size, fps: 12.5 });
    const { pictures, ...facts } = readWebp(path);
    expect(facts).toEqual({
      isAnimated: true,
      canvas: size,
      loops: 0,
      milliseconds: Array.from({ length: FRAMES }, () => 80),
    });
    writeIvf(join(folder, 'frames.ivf'), pictures);
    await expectSquares(join(folder, 'frames.ivf'), 12);
  });

  it('shows a rate that is no whole number of hundredths as evenly as they allow', async () => {
    const path = join(folder, 'odd.gif');
    await encodeAnimation(path, squares(), { ...size, fps: 30 });
    const { times } = await decodeClip(path, { indices: [0, 1, 2, 3, 4, 5], size });
    expect([...times].map((time) => Math.round(time * 100))).toEqual([0, 3, 7, 10, 13, 17]);
  });

  it.each([
    ['another ending', 'a.mp4', {}],
    ['no ending', 'gif', {}],
    ['a rate that viewers do not show', 'a.gif', { fps: 60 }],
    ['bytes of another size', 'a.gif', { width: 44 }],
    ['an option that is unknown', 'a.gif', { loops: 1 }],
  ])('refuses %s', async (_, name, wrong) => {
    const before = readdirSync(folder);
    const encoded = encodeAnimation(join(folder, name), squares(), { ...size, fps: 10, ...wrong });
    await expect(encoded).rejects.toMatchObject({ code: 'OPTION_INVALID', fault: 'caller' });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('leaves nothing behind where there is no folder', async () => {
    const encoded = encodeAnimation(join(folder, 'absent/a.gif'), squares(), { ...size, fps: 10 });
    await expect(encoded).rejects.toMatchObject({ code: 'SYSTEM_FAILED', cause: { code: 'ENOENT' } });
  });
});
