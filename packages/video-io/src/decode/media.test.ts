import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../container/limits.js';
import { withVideo } from '../container/open-video.js';
import { indexFrames } from '../frame-index/build.js';
import type { VideoError as VideoErrorType } from '../index.js';
import { decodeByIndex } from './by-index.js';
import { decodeClipSync } from './decode-clip.js';
import { decodeFromStart } from './from-start.js';
import { planDecode } from './options.js';

const media = fileURLToPath(new URL('../../../../../shared/media/', import.meta.url));
const { probeVideo, videoPool } = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof import('../index.js');

/** Rows of a CSV file by column name; quotes as in RFC 4180. */
function readCsv(path: string): Record<string, string>[] {
  const cells = readFileSync(path, 'utf8').matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/g);
  const rows: string[][] = [[]];
  for (const [, cell, end] of cells) {
    rows.at(-1)!.push(cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!);
    if (end !== ',') rows.push([]);
  }
  const [names, ...body] = rows.filter((row) => row.length > 1);
  return body.map((row) => Object.fromEntries(names!.map((name, i) => [name, row[i] ?? ''])));
}

/** Displayed width where pixels are not square: coded width times the aspect that ffprobe 5.1 shows. */
const WIDE_PIXELS: Record<string, number> = {
  'ask-anything__playing_guitar.mp4': 469,
  'ask-anything__yoga.mp4': 569,
  'mmaction2__demo.mp4': 427,
  'mmaction2__test.mp4': 455,
};

/** Has a larger second video stream, which is taken; the list describes the first. */
const TWO_STREAMS = 'torchcodec__nasa_13013.mp4';

const FRAMES = 8;
const size = { width: 64, height: 64 };

describe.skipIf(!existsSync(media))('videos of other people', () => {
  it('are read as their list says, and give eight frames each', { timeout: 90_000 }, async () => {
    const list = readCsv(`${media}videos/manifest.csv`);
    expect(list.length).toBeGreaterThan(50);
    const pool = videoPool({ workers: 2 });
    await Promise.all(
      list.map(async (row) => {
        const path = `${media}videos/${row.file}`;
        const counted = row.file === TWO_STREAMS ? 390 : Number(row.frames_decoded);
        // Counting is a quick read for H.264; the others are decoded, the small ones here.
        const info = await pool.probe(path, { countFrames: row.codec === 'h264' || counted < 150 });
        const rotation = (360 - Number(row.rotation)) % 360;
        const [width, height] = rotation % 180 === 0 ? [row.w, row.h] : [row.h, row.w];
        if (row.file !== TWO_STREAMS) {
          const where = `${row.file}`;
          expect(info, where).toMatchObject({
            codec: row.codec,
            rotation,
            mirrored: false,
            height: Number(height),
          });
          expect(info.width, where).toBe(WIDE_PIXELS[row.file!] ?? Number(width));
          expect(info.fps, where).toBeCloseTo(Number(row.fps), 2);
        }
        expect(info.frameCount, row.file).toBe(counted);
        // A quarter of the frames near the start keeps this quick.
        const indices = Array.from({ length: FRAMES }, (_, i) => Math.min(i * 3, counted - 1));
        const clip = await pool.decode(path, { indices, size, motion: true });
        expect(clip.frames).toHaveLength(FRAMES * 64 * 64 * 3);
        expect(clip.geometry.source.height, row.file).toBe(info.height);
        expect(Math.max(...clip.frames) - Math.min(...clip.frames), row.file).toBeGreaterThan(40);
        const known = clip.motion!.known.reduce((sum, value) => sum + value, 0);
        expect(known > 0, `${row.file} has motion`).toBe(info.hasMotionVectors);
      }),
    );
    await pool.close();
  });

  it('give by seeking what decoding from the start gives', { timeout: 110_000 }, () => {
    const files = readdirSync(`${media}videos`).filter((name) => !name.endsWith('.csv'));
    let entered = 0;
    let toldAtOnce = 0;
    for (const name of files) {
      const path = `${media}videos/${name}`;
      const index = withVideo(path, DEFAULT_LIMITS, (video) => indexFrames(video, DEFAULT_LIMITS));
      if (index === undefined) continue;
      const frameCount = index.packetOf.length;
      // The first frame behind a place to enter at, if there is one, and one in the middle of what follows.
      const entry = index.entryOf[Math.floor(frameCount * 0.6)]!;
      if (entry > 0) entered++;
      const first = index.packetOf.indexOf(entry);
      const indices = [Math.min(first + 1, frameCount - 1), Math.floor(frameCount * 0.6)];
      const plan = planDecode(path, { indices, size });
      const [start, ...sought] = [
        withVideo(path, DEFAULT_LIMITS, (video) => decodeFromStart(video, plan)),
        ...[plan, ...indices.map((i) => planDecode(path, { indices: [i], size }))].map((each) =>
          withVideo(path, DEFAULT_LIMITS, (video) => decodeByIndex(video, index, each)),
        ),
      ];
      const [both, ...single] = sought;
      expect(Buffer.compare(both!.frames, start!.frames), name).toBe(0);
      const { learnt } = decodeClipSync(path, { indices, size });
      const again = withVideo(path, DEFAULT_LIMITS, (video) => decodeByIndex(video, index, plan), learnt);
      expect(Buffer.compare(again.frames, start!.frames), name).toBe(0);
      if (learnt!.header.toldAtOnce) toldAtOnce++;
      expect(both!.times, name).toEqual(start!.times);
      expect(Buffer.compare(Buffer.concat(single.map((clip) => clip.frames)), start!.frames), name).toBe(0);
    }
    expect(entered).toBeGreaterThan(10);
    expect(toldAtOnce).toBeGreaterThan(30);
  });

  it('when broken end in a typed error or in frames', { timeout: 60_000 }, async () => {
    const files = readdirSync(`${media}bad-videos`).filter((name) => name !== 'list.csv');
    expect(files.length).toBeGreaterThan(30);
    const pool = videoPool({ workers: 1 });
    const codes: Record<string, number> = {};
    for (const name of files) {
      const path = `${media}bad-videos/${name}`;
      const indices = Array.from({ length: FRAMES }, (_, i) => i);
      const code = await pool.decode(path, { indices, size, motion: true, clampToEnd: true }).then(
        () => 'frames',
        (error: VideoErrorType) => error.code,
      );
      expect(code, name).toMatch(/^(frames|VIDEO_[A-Z_]+)$/);
      codes[code] = (codes[code] ?? 0) + 1;
    }
    expect(Object.keys(codes).sort()).toEqual([
      'VIDEO_DECODE_FAILED',
      'VIDEO_NO_STREAM',
      'VIDEO_TOO_LARGE',
      'VIDEO_UNREADABLE',
      'frames',
    ]);
    await expect(probeVideo(`${media}bad-videos/av__bunny2.mp4`)).rejects.toMatchObject({
      code: 'VIDEO_UNREADABLE',
    });
    await pool.close();
  });
});
