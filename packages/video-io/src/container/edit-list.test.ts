import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip, probeVideo, readTimeline } from '../index.js';
import { NUMBERED, numberedVideo, numbersOf } from '../testing/numbered-frames.js';
import { writeTestVideo } from '../testing/write-video.js';

let folder: string;
let plain: Buffer;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-edits-'));
  const path = join(folder, 'plain.mp4');
  writeTestVideo(path, numberedVideo({ bFrames: 2 }));
  plain = readFileSync(path);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The movie's clock and the medium's have other ticks; both are read off the file. */
const ticksOf = (box: string, bytes: Buffer) => bytes.readUInt32BE(bytes.indexOf(box) + 16);

/** Seconds of each edit, and of the medium where it begins: none for an empty one. */
type Edit = readonly [duration: number, from: number | undefined];

/** The plain video with another edit list. Its movie box lies behind the pictures, so that none of them moves. */
function withEdits(name: string, edits: readonly Edit[]): string {
  const at = plain.indexOf('elst') - 4;
  const first = plain.readInt32BE(at + 20);
  const [movie, medium] = [ticksOf('mvhd', plain), ticksOf('mdhd', plain)];
  const list = Buffer.alloc(16 + 12 * edits.length);
  list.writeUInt32BE(list.length, 0);
  list.write('elst', 4);
  list.writeUInt32BE(edits.length, 12);
  edits.forEach(([duration, from], i) => {
    list.writeUInt32BE(Math.round(duration * movie), 16 + 12 * i);
    list.writeInt32BE(from === undefined ? -1 : first + Math.round(from * medium), 20 + 12 * i);
    list.writeUInt32BE(0x10000, 24 + 12 * i);
  });
  const before = Buffer.from(plain.subarray(0, at));
  const rest = plain.subarray(at + plain.readUInt32BE(at));
  const grown = list.length - plain.readUInt32BE(at);
  for (const parent of ['moov', 'trak', 'edts']) {
    const size = before.lastIndexOf(parent) - 4;
    before.writeUInt32BE(before.readUInt32BE(size) + grown, size);
  }
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([before, list, rest]));
  return path;
}

const between = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('edit lists', () => {
  it.each<[name: string, edits: readonly Edit[], numbers: number[]]>([
    [
      'late.mp4',
      [
        [1, undefined],
        [1.2, 0],
      ],
      between(0, 29),
    ],
    [
      'cut.mp4',
      [
        [0.4, 0],
        [0.4, 0.8],
      ],
      [...between(0, 9), ...between(20, 29)],
    ],
    [
      'twice.mp4',
      [
        [0.4, 0],
        [0.4, 0],
      ],
      [...between(0, 9), ...between(0, 9)],
    ],
    ['end.mp4', [[0.4, 0.8]], between(20, 29)],
  ])('%s shows what they choose', async (name, edits, numbers) => {
    const path = withEdits(name, edits);
    const { times } = await readTimeline(path);
    const clip = await decodeClip(path, { indices: [...times.keys()], size: NUMBERED });
    expect(numbersOf(clip)).toEqual(numbers);
  });

  it('are refused where pictures pause between them', async () => {
    const path = withEdits('pause.mp4', [
      [0.4, 0],
      [0.5, undefined],
      [0.8, 0.4],
    ]);
    const refused = { code: 'VIDEO_UNREADABLE', received: 'an edit list that has one' };
    await expect(probeVideo(path)).rejects.toMatchObject(refused);
    await expect(readTimeline(readFileSync(path))).rejects.toMatchObject(refused);
  });
});
