import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip, readTimeline } from '../index.js';
import { NUMBERED, numberedLuma, numberedVideo, numbersOf } from '../testing/numbered-frames.js';
import { type TestVideo, writeTestVideo } from '../testing/write-video.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-joined-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const between = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** A recording of frames numbered from `first`, whose stamps begin at some thousandths of a second. */
const recording = (first: number, begins: number, video: Partial<TestVideo> = {}): TestVideo =>
  numberedVideo({
    bFrames: 2,
    luma: (x, y, t) => numberedLuma(x, y, first + t),
    time: (i) => begins + i * 40,
    ...video,
  });

function joined(name: string, recordings: readonly TestVideo[]): string {
  const path = join(folder, name);
  const ending = name.split('.').at(-1);
  const parts = recordings.map((video, i) => {
    const part = join(folder, `${i}-of-${name}.${ending}`);
    writeTestVideo(part, video);
    return readFileSync(part);
  });
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

describe('recordings joined byte by byte', () => {
  const live = { container: { options: { live: '1' } } };
  const vp8 = { ...live, encoder: 'libvpx', bFrames: 0 };
  const mpeg2 = { encoder: 'mpeg2video', tick: [1, 25] } as const;
  it.each<[name: string, recordings: readonly TestVideo[]]>([
    ['again.ts', [recording(0, 0), recording(500, 0)]],
    ['thrice.ts', [recording(0, 0), recording(500, 0), recording(1000, 0)]],
    ['far-back.ts', [recording(0, 200_000), recording(500, 0)]],
    ['far-ahead.ts', [recording(0, 0), recording(500, 200_000)]],
    ['segments.ts', [recording(0, 0), recording(500, 1200)]],
    ['short.ts', [recording(0, 0, { frameCount: 3, bFrames: 0 }), recording(500, 0, { bFrames: 0 })]],
    ['recorder.webm', [recording(0, 0, vp8), recording(500, 20, vp8)]],
    ['recorder.mkv', [recording(0, 0, live), recording(500, 20, live)]],
    ['discs.mpg', [recording(0, 0, mpeg2), recording(500, 0, mpeg2)]],
    ['discs.ts', [recording(0, 0, mpeg2), recording(500, 0, mpeg2)]],
  ])('%s: every frame is there, and the clock goes on behind the joint', async (name, recordings) => {
    const path = joined(name, recordings);
    const expected = recordings.flatMap(({ frameCount }, part) =>
      between(part * 500, part * 500 + frameCount - 1),
    );
    const { info, times } = await readTimeline(path);
    expect(times).toHaveLength(expected.length);
    times.forEach((time, frame) => {
      expect(time, `frame ${frame}`).toBeCloseTo(frame * 0.04, 2);
    });
    expect(info.start).toBeCloseTo(0, 2);
    expect(info.duration).toBeCloseTo(expected.length * 0.04, 2);
    const clip = await decodeClip(path, { indices: between(0, times.length - 1), size: NUMBERED });
    expect(numbersOf(clip)).toEqual(expected);
    const again = await decodeClip(path, { times: [...times], size: NUMBERED });
    expect(again.indices).toEqual(clip.indices);
  });

  const wmv2 = { encoder: 'wmv2', bFrames: 0 };
  it.each<[name: string, recordings: readonly TestVideo[]]>([
    ['twice.flv', [recording(0, 0), recording(500, 0)]],
    ['twice.mp4', [recording(0, 0), recording(500, 0)]],
    ['twice.wmv', [recording(0, 0, wmv2), recording(500, 0, wmv2)]],
    ['thrice.mkv', [recording(0, 0), recording(500, 0), recording(1000, 0)]],
  ])('%s: what FFmpeg does not read is not left out without a word', async (name, recordings) => {
    const path = joined(name, recordings);
    const refused = { code: 'VIDEO_DECODE_FAILED', expected: 'one file' };
    await expect(readTimeline(path)).rejects.toMatchObject(refused);
    await expect(readTimeline(readFileSync(path))).rejects.toMatchObject(refused);
    // What comes first is right.
    const clip = await decodeClip(path, { indices: between(0, 9), size: NUMBERED });
    expect(numbersOf(clip)).toEqual(between(0, 9));
  });

  it('may have pictures of two sizes', async () => {
    const double = {
      width: 2 * NUMBERED.width,
      height: 2 * NUMBERED.height,
      luma: (x: number, y: number, t: number) => numberedLuma(x >> 1, y >> 1, 500 + t),
    };
    const path = joined('sizes.ts', [recording(0, 0), recording(500, 0, double)]);
    const clip = await decodeClip(path, { indices: between(30, 59), size: NUMBERED });
    expect(numbersOf(clip)).toEqual(between(500, 529));
  });
});

describe('a recording from which pieces are missing', () => {
  /** Where the pieces of 188 bytes of the picture's stream lie, 256 as FFmpeg numbers it. */
  const pieces = (bytes: Buffer): number[] => {
    const at: number[] = [];
    for (let offset = 0; offset < bytes.length; offset += 188)
      if ((bytes.readUInt16BE(offset + 1) & 0x1fff) === 256) at.push(offset);
    return at;
  };
  const begins = (bytes: Buffer, offset: number) => (bytes[offset + 1]! & 0x40) !== 0;
  const without = (bytes: Buffer, offset: number) =>
    Buffer.concat([bytes.subarray(0, offset), bytes.subarray(offset + 188)]);
  const damaged = { code: 'VIDEO_DECODE_FAILED' };

  it('is refused wherever a piece is missing, also the last before a key picture', async () => {
    const path = join(folder, 'whole.ts');
    const detail: Partial<TestVideo> = {
      luma: (x, y, t) => 128 + 100 * Math.sin((x * (t + 3)) / 5) * Math.cos((y * (t + 7)) / 9),
      options: { crf: '18' },
    };
    writeTestVideo(path, recording(0, 0, detail));
    const bytes = readFileSync(path);
    const at = pieces(bytes);
    // Not in the header of the first packet: that would be another file.
    const inner = at.filter((offset, i) => i > 12 && i % 7 === 0 && !begins(bytes, offset));
    const lastOfPacket = at.filter((_, i) => i > 12 && at[i + 1] !== undefined && begins(bytes, at[i + 1]!));
    expect(inner.length).toBeGreaterThan(10);
    expect(lastOfPacket.length).toBeGreaterThan(20);
    for (const offset of [...inner, ...lastOfPacket]) {
      writeFileSync(path, without(bytes, offset));
      await expect(readTimeline(path), `${offset}`).rejects.toMatchObject(damaged);
    }
  });
});
